// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Encoder;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The frames of one namespace. A packet names its namespace and nothing of the session, so a
/// publication is encoded once for all the namespace's sockets, whatever transport they have.
///
/// Ack ids begin at 0 on the wire, where 0 means none in the hub: ours are one more.
final class NamespaceEncoder implements Encoder {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceEncoder.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    /// The id of the command that a socket connects by.
    static final long CONNECT = Long.MAX_VALUE;

    private static final byte[] EVENT_END = {']'};
    private static final byte[] COMMA = {','};
    private static final byte[] NULL = utf8("null");
    private static final byte[] NOTHING = {};

    private final String prefix;
    private final Namespace.Traits traits;

    NamespaceEncoder(String namespace, Namespace.Traits traits) {
        this.prefix = namespace.equals("/") ? "" : namespace + ',';
        this.traits = traits;
    }

    /// Whether publications say where they are, for connection state recovery.
    private boolean offsets() {
        return !traits.recovery().isZero();
    }

    @Override
    public byte @Nullable [] push(Push push) {
        Event event = traits.events().push(push);
        if (event == null) {
            return null;
        }
        Arguments.Wire wire = Arguments.wire(event.data());
        byte[] last = NOTHING;
        if (offsets()) {
            if (push instanceof Push.Delivery(var channel, var publication, _)) {
                last = utf8('"' + Trail.offset(channel, publication) + '"');
            } else if (wire.endsInText()) {
                last = NULL;
            }
        }
        return event(event.name(), -1, wire, last);
    }

    /// An event of one socket's own, with an ack: the last argument is the client's callback, so a
    /// text is not taken for an offset.
    ///
    /// @param ack the id of the ack that is asked for
    byte @Nullable [] event(Event event, long ack) {
        return event(event.name(), ack, Arguments.wire(event.data()), NOTHING);
    }

    private byte @Nullable [] event(String name, long ack, Arguments.Wire wire, byte[] last) {
        if (Event.reserved(name)) {
            LOG.warn("an event was not sent: its name is reserved by Socket.IO: {}", name);
            return null;
        }
        String head = head('2', wire, ack) + '[' + JSON.writeValueAsString(name);
        return Frames.packet(
                wire.attachments(),
                utf8(head),
                wire.json().length == 0 ? NOTHING : COMMA,
                wire.json(),
                last.length == 0 ? NOTHING : COMMA,
                last,
                EVENT_END);
    }

    /// @param type of the packet without attachments
    private String head(char type, Arguments.Wire wire, long ack) {
        String binary =
                wire.attachments().isEmpty()
                        ? "4" + type
                        : "4" + (char) (type + 3) + wire.attachments().size() + '-';
        return binary + prefix + (ack < 0 ? "" : ack);
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        if (id == CONNECT) {
            return connecting(reply);
        }
        if (reply instanceof Reply.Refused(Refusal refusal)) {
            if (traits.errors() == ErrorReplies.NONE) {
                return refusal.limit() == null ? null : push(new Push.Failed(refusal));
            }
            if (id == 0) {
                return push(new Push.Failed(refusal));
            }
        }
        if (id == 0) {
            return null;
        }
        Arguments.Wire wire = Arguments.wire(traits.events().answer(reply));
        return Frames.packet(
                wire.attachments(), utf8(head('3', wire, id - 1) + '['), wire.json(), EVENT_END);
    }

    /// That the socket is connected, the transport says: it knows under which id.
    private byte @Nullable [] connecting(Reply reply) {
        return switch (reply) {
            case Reply.Connected _ -> NOTHING;
            case Reply.Refused(Refusal refusal) when traits.refused() == Refused.CONNECT_ERROR ->
                    error(refusal.message(), data(refusal));
            default -> null;
        };
    }

    /// `connect_error.data`: the application's own, or what is wrong.
    private static Object data(Refusal refusal) {
        JsonNode own = PlainEvents.data(refusal);
        return own == null ? PlainEvents.problem(refusal) : own;
    }

    /// `44`: the socket is not connected, for this reason.
    byte[] error(String message, @Nullable Object data) {
        ObjectNode said = JSON.createObjectNode().put("message", message);
        if (data != null) {
            said.putPOJO("data", data);
        }
        return Frames.text(utf8("44" + prefix), JSON.writeValueAsBytes(said));
    }

    /// `40`: the socket is connected.
    ///
    /// @param recovery what it may come back with, or null
    byte[] connected(String sid, @Nullable String recovery) {
        ObjectNode said = JSON.createObjectNode().put("sid", sid);
        if (recovery != null) {
            said.put("pid", recovery);
        }
        return Frames.text(utf8("40" + prefix), JSON.writeValueAsBytes(said));
    }

    /// `41`: the server disconnects the socket.
    byte[] disconnect() {
        return Frames.text(utf8("41" + prefix));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
