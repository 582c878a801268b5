// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Socket.IO on WebSocket, at `/ws` and in the namespace `/ws`: a subscriber joins the channel by
/// the event `subscribe`, which is acknowledged, and is sent events.
///
/// @param channel what is subscribed; `%i` in it is the connection's number
/// @param publisher who publishes where the server takes no publications by Socket.IO; null for the
///   event `publish`, which is acknowledged too
record SocketIoWire(String channel, Tokens tokens, @Nullable Publisher publisher) implements Wire {
    private static final String NAMESPACE = "/ws,";

    /// Another protocol on another port of the same server.
    record Publisher(int port, Wire wire) {}

    @Override
    public String path(Role role, int index) {
        return publisher != null && role == Role.PUBLISHER
                ? publisher.wire.path(role, index)
                : "/ws/?EIO=4&transport=websocket&token=" + tokens.of("bench-" + index);
    }

    @Override
    public int port(Role role, int usual) {
        return publisher != null && role == Role.PUBLISHER ? publisher.port : usual;
    }

    @Override
    public List<Step> login(Role role, int index) {
        Step connect = new Step("40" + NAMESPACE, "40" + NAMESPACE);
        return switch (role) {
            case PUBLISHER ->
                    publisher == null ? List.of(connect) : publisher.wire.login(role, index);
            case CALLER -> List.of(connect);
            case SUBSCRIBER ->
                    List.of(
                            connect,
                            new Step(
                                    "42%s1[\"subscribe\",{\"channel\":\"%s\"}]"
                                            .formatted(
                                                    NAMESPACE,
                                                    channel.replace("%i", Integer.toString(index))),
                                    "43" + NAMESPACE + "1[{\"success\":true"));
        };
    }

    @Override
    public Template publication(int bytes) {
        return publisher == null
                ? new Template(
                        "42%s%s[\"publish\",{\"channel\":\"%s\",\"data\":%s}]"
                                .formatted(
                                        NAMESPACE,
                                        Template.number(),
                                        channel,
                                        Template.payload(bytes)))
                : publisher.wire.publication(bytes);
    }

    @Override
    public Template call(int bytes) {
        return new Template("42" + NAMESPACE + Template.number() + "[\"ping\"]");
    }

    @Override
    public String answerMarker() {
        return "43" + NAMESPACE;
    }

    @Override
    public @Nullable String acknowledgement() {
        return publisher == null ? "43" + NAMESPACE : publisher.wire.acknowledgement();
    }

    @Override
    public Step heartbeat() {
        return new Step("3", "2");
    }
}
