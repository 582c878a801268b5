// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Fanfare's own protocol. Every connection is a user of its own, with a token of its own.
///
/// @param endpoint the path
/// @param channel what is subscribed; `%i` in it is the connection's number
record NativeWire(String endpoint, String channel, Tokens tokens) implements Wire {
    @Override
    public String path(Role role, int index) {
        return endpoint;
    }

    @Override
    public List<Step> login(Role role, int index) {
        Step connect =
                new Step(
                        "{\"type\":\"connect\",\"id\":1,\"version\":1,\"token\":\""
                                + tokens.of("bench-" + index)
                                + "\"}",
                        "\"type\":\"connected\"");
        return switch (role) {
            case PUBLISHER, CALLER -> List.of(connect);
            case SUBSCRIBER ->
                    List.of(
                            connect,
                            new Step(
                                    "{\"type\":\"subscribe\",\"id\":2,\"channel\":\""
                                            + channel.replace("%i", Integer.toString(index))
                                            + "\"}",
                                    "\"type\":\"subscribed\""));
        };
    }

    @Override
    public Template publication(int bytes) {
        return new Template(
                "{\"type\":\"publish\",\"id\":"
                        + Template.number()
                        + ",\"channel\":\""
                        + channel
                        + "\",\"data\":"
                        + Template.payload(bytes)
                        + "}");
    }

    /// A ping of the protocol: a command and its reply, without a payload.
    @Override
    public Template call(int bytes) {
        return new Template("{\"type\":\"ping\",\"id\":" + Template.number() + "}");
    }

    @Override
    public String answerMarker() {
        return "\"type\":\"pong\",\"id\":";
    }

    @Override
    public @Nullable String acknowledgement() {
        return "\"type\":\"published\"";
    }

    @Override
    public @Nullable Step heartbeat() {
        return new Step("{\"type\":\"pong\"}", "{\"type\":\"ping\"}");
    }
}
