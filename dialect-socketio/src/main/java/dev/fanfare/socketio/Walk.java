// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.protocol.JsonText;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// One pass over a JSON document: it is valid or refused, and what matters to Socket.IO is found by
/// its place in the bytes, so that payloads are cut out and never written anew.
///
/// Refused beyond bad syntax: a name given twice, `__proto__` as a name, half a surrogate pair,
/// more than [#DEPTH] levels, numbers of more than a thousand digits.
final class Walk {
    static final int DEPTH = 32;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH)
                                    .maxNumberLength(1_000)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private final byte[] json;
    private final JsonParser parser;
    private final List<Slice> elements = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>(0);
    private final Level[] levels = new Level[DEPTH + 1];
    private Kind kind = Kind.SCALAR;
    private @Nullable String first;

    enum Kind {
        OBJECT,
        ARRAY,
        SCALAR
    }

    /// Bytes from `from` up to `to`.
    record Slice(int from, int to) {}

    /// An object that stands for bytes.
    ///
    /// @param number of the attachment, or -1
    /// @param base64 the bytes themselves, or null
    record Mark(int from, int to, int number, @Nullable String base64) {}

    /// An object under way.
    private static final class Level {
        int from;
        int names;
        boolean placeholder;
        int number;
        @Nullable String base64;

        void begin(int at) {
            from = at;
            names = 0;
            placeholder = false;
            number = -1;
            base64 = null;
        }
    }

    private Walk(byte[] json, JsonParser parser) {
        this.json = json;
        this.parser = parser;
    }

    /// @param json valid UTF-8
    /// @throws BadPacket when it is not one JSON value
    static Walk over(byte[] json) throws BadPacket {
        String problem = JsonText.problemOfUtf8(json);
        if (problem != null) {
            throw new BadPacket("the payload " + problem);
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            Walk walk = new Walk(json, parser);
            walk.document();
            return walk;
        } catch (JacksonException e) {
            throw new BadPacket("the payload is not valid JSON");
        }
    }

    Kind kind() {
        return kind;
    }

    /// Of the outermost array.
    List<Slice> elements() {
        return elements;
    }

    List<Mark> marks() {
        return marks;
    }

    /// The first element of the array, when that is a text or a number: its digits as they were
    /// sent.
    @Nullable String first() {
        return first;
    }

    private void document() throws BadPacket {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new BadPacket("the payload is missing");
        }
        if (token == JsonToken.START_ARRAY) {
            kind = Kind.ARRAY;
            array();
        } else {
            kind = token == JsonToken.START_OBJECT ? Kind.OBJECT : Kind.SCALAR;
            value(token);
        }
        if (parser.nextToken() != null) {
            throw new BadPacket("more than one value");
        }
    }

    private void array() throws BadPacket {
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            int from = tokenAt();
            if (elements.isEmpty() && (token == JsonToken.VALUE_STRING || token.isNumeric())) {
                first = parser.getString();
            }
            value(token);
            elements.add(new Slice(from, (int) parser.currentLocation().getByteOffset()));
        }
    }

    private int tokenAt() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /// The whole value that `token` begins.
    private void value(JsonToken begins) throws BadPacket {
        int depth = 0;
        String name = null;
        JsonToken token = begins;
        while (true) {
            switch (token) {
                case START_OBJECT -> level(depth++).begin(tokenAt());
                case START_ARRAY -> {
                    Level level = level(depth++);
                    level.begin(0);
                    level.names = Integer.MIN_VALUE;
                }
                case END_OBJECT -> end(level(--depth));
                case END_ARRAY -> depth--;
                case PROPERTY_NAME -> {
                    name = parser.currentName();
                    if ("__proto__".equals(name)) {
                        throw new BadPacket("'__proto__' is no name here");
                    }
                    level(depth - 1).names++;
                }
                default -> scalar(token, depth == 0 ? null : level(depth - 1), name);
            }
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    private void scalar(JsonToken token, @Nullable Level in, @Nullable String name) {
        parser.finishToken();
        if (in == null || in.names < 1 || name == null) {
            return;
        }
        if (token == JsonToken.VALUE_TRUE) {
            in.placeholder |= name.equals("_placeholder");
        } else if (token == JsonToken.VALUE_NUMBER_INT && name.equals("num")) {
            in.number = parser.getString().length() > 4 ? Integer.MAX_VALUE : parser.getIntValue();
        } else if (token == JsonToken.VALUE_STRING && name.equals("$binary")) {
            in.base64 = parser.getString();
        }
    }

    private void end(Level level) {
        int to = (int) parser.currentLocation().getByteOffset();
        if (level.placeholder) {
            int number = level.names == 2 && level.number >= 0 ? level.number : Integer.MAX_VALUE;
            marks.add(new Mark(level.from, to, number, null));
        } else if (level.names == 1 && level.base64 != null) {
            marks.add(new Mark(level.from, to, -1, level.base64));
        }
    }

    private Level level(int depth) {
        Level level = levels[depth];
        if (level == null) {
            level = new Level();
            levels[depth] = level;
        }
        return level;
    }

    /// The bytes from `from` up to `to`, with what `by` makes of each mark in its place.
    byte[] cut(int from, int to, Function<Mark, byte[]> by) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(to - from + 64);
        int at = from;
        for (Mark mark : marks) {
            if (mark.from >= at && mark.to <= to) {
                out.write(json, at, mark.from - at);
                out.writeBytes(by.apply(mark));
                at = mark.to;
            }
        }
        out.write(json, at, to - at);
        return out.toByteArray();
    }

    byte[] cut(Slice slice) {
        return Arrays.copyOfRange(json, slice.from, slice.to);
    }
}
