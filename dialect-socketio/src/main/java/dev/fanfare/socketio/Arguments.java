// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Arguments of an event or of an ack, between the wire and the hub.
///
/// The hub has one JSON value for each message. One argument is that value; any other number of
/// them is `{"$args":[...]}`, and so is one argument that looks like it. Bytes are attachments on
/// the wire, `{"$binary":"<base64>"}` in the hub.
final class Arguments {
    private static final byte[] ARGS = utf8("{\"$args\":[");
    private static final byte[] ARGS_END = utf8("]}");
    private static final byte[] BINARY = utf8("\"$binary\"");
    private static final byte[] NOTHING = {};

    private Arguments() {}

    /// What an event's array says. A number is a name too, as for npm's server.
    ///
    /// @param attachments the bytes that its placeholders stand for
    static Event event(byte[] json, List<byte[]> attachments) throws BadPacket {
        Walk walk = Walk.over(json);
        String name = walk.first();
        if (walk.kind() != Walk.Kind.ARRAY || name == null) {
            throw new BadPacket("an event is an array that begins with its name");
        }
        if (Event.reserved(name)) {
            throw new BadPacket("the name of the event is reserved");
        }
        return new Event(name, data(walk, json, 1, attachments));
    }

    /// What an ack's array says, as the hub has it.
    static byte[] ack(byte[] json, List<byte[]> attachments) throws BadPacket {
        Walk walk = Walk.over(json);
        if (walk.kind() != Walk.Kind.ARRAY) {
            throw new BadPacket("an ack is an array");
        }
        return data(walk, json, 0, attachments);
    }

    private static byte[] data(Walk walk, byte[] json, int first, List<byte[]> attachments)
            throws BadPacket {
        List<Walk.Slice> elements = walk.elements();
        int count = elements.size() - first;
        if (count == 0) {
            return join(ARGS, NOTHING, ARGS_END);
        }
        if (!attachments.isEmpty()) {
            placed(walk, attachments.size());
        }
        int from = elements.get(first).from();
        int to = elements.getLast().to();
        byte[] given =
                attachments.isEmpty()
                        ? Arrays.copyOfRange(json, from, to)
                        : walk.cut(from, to, mark -> bytes(walk, mark, attachments));
        return count == 1 && !startsWith(given, ARGS) ? given : join(ARGS, given, ARGS_END);
    }

    /// Every placeholder must stand for an attachment that there is.
    private static void placed(Walk walk, int attachments) throws BadPacket {
        for (Walk.Mark mark : walk.marks()) {
            if (mark.base64() == null && mark.number() >= attachments) {
                throw new BadPacket("a placeholder stands for no attachment");
            }
        }
    }

    /// What the client wrote as the hub has bytes stays as it wrote it.
    private static byte[] bytes(Walk walk, Walk.Mark mark, List<byte[]> attachments) {
        if (mark.base64() != null) {
            return walk.cut(new Walk.Slice(mark.from(), mark.to()));
        }
        String text = Base64.getEncoder().encodeToString(attachments.get(mark.number()));
        return binary(text);
    }

    /// The arguments that a value of the hub's stands for, each as JSON.
    static List<byte[]> list(byte[] data) {
        if (!startsWith(data, ARGS)) {
            return List.of(data);
        }
        byte[] array = Arrays.copyOfRange(data, ARGS.length - 1, data.length - 1);
        try {
            Walk walk = Walk.over(array);
            return walk.elements().stream().map(walk::cut).toList();
        } catch (BadPacket somethingElseBesides) {
            return List.of(data);
        }
    }

    /// The value of the hub's that stands for these arguments, each JSON.
    static byte[] data(List<byte[]> arguments) {
        if (arguments.size() == 1 && !startsWith(arguments.getFirst(), ARGS)) {
            return arguments.getFirst();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ARGS);
        for (int i = 0; i < arguments.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(arguments.get(i));
        }
        out.writeBytes(ARGS_END);
        return out.toByteArray();
    }

    /// How the hub has bytes.
    static byte[] binary(String base64) {
        return utf8("{\"$binary\":\"" + base64 + "\"}");
    }

    /// The bytes that an argument is, or null when it is something else.
    static byte @Nullable [] bytes(byte[] json) {
        try {
            List<Walk.Mark> marks = Walk.over(json).marks();
            Walk.Mark mark = marks.size() == 1 ? marks.getFirst() : null;
            String base64 =
                    mark == null || mark.to() - mark.from() < json.length ? null : mark.base64();
            return base64 == null ? null : decoded(base64);
        } catch (BadPacket e) {
            return null;
        }
    }

    /// What goes on the wire for a value of the hub's.
    ///
    /// @param json the arguments with commas between them
    /// @param attachments what its placeholders stand for
    record Wire(byte[] json, List<byte[]> attachments) {
        /// Whether the last argument is a text.
        boolean endsInText() {
            return json.length > 0 && json[json.length - 1] == '"';
        }
    }

    /// @param data null for no argument
    static Wire wire(byte @Nullable [] data) {
        if (data == null) {
            return new Wire(NOTHING, List.of());
        }
        boolean several = startsWith(data, ARGS);
        boolean binary = indexOf(data, BINARY) >= 0;
        if (!several && !binary) {
            return new Wire(data, List.of());
        }
        try {
            return wire(Walk.over(data), data, several);
        } catch (BadPacket notOurs) {
            // Not for us to judge: the publisher's JSON goes out as it came.
            return new Wire(data, List.of());
        }
    }

    private static Wire wire(Walk walk, byte[] data, boolean several) {
        int from = 0;
        int to = data.length;
        if (several && onlyArgs(data)) {
            from = ARGS.length;
            to = data.length - ARGS_END.length;
        }
        List<byte[]> attachments = attachments(walk);
        if (attachments.isEmpty()) {
            return new Wire(Arrays.copyOfRange(data, from, to), List.of());
        }
        int[] number = {0};
        byte[] json =
                walk.cut(
                        from, to, _ -> utf8("{\"_placeholder\":true,\"num\":" + number[0]++ + "}"));
        return new Wire(json, attachments);
    }

    /// The bytes in it, in order; none when there are more than the clients take, or when something
    /// else in it would be taken for a placeholder.
    private static List<byte[]> attachments(Walk walk) {
        List<byte[]> found = new ArrayList<>();
        for (Walk.Mark mark : walk.marks()) {
            String base64 = mark.base64();
            byte[] bytes = base64 == null ? null : decoded(base64);
            if (bytes == null || found.size() == Packet.MOST_ATTACHMENTS) {
                return List.of();
            }
            found.add(bytes);
        }
        return found;
    }

    private static byte @Nullable [] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Whether the object that begins with `$args` has nothing else.
    private static boolean onlyArgs(byte[] data) {
        byte[] array = Arrays.copyOfRange(data, ARGS.length - 1, data.length - 1);
        try {
            return data[data.length - 1] == '}'
                    && data[data.length - 2] == ']'
                    && Walk.over(array).kind() == Walk.Kind.ARRAY;
        } catch (BadPacket e) {
            return false;
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i <= bytes.length - wanted.length; i++) {
            if (bytes[i] == wanted[0]
                    && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
