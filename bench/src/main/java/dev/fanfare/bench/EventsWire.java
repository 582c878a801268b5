// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Another wire whose subscribers come by server-sent events: what they would say to log in is the
/// request's body.
///
/// @param socket what everybody else speaks
/// @param endpoint the path of the events
record EventsWire(Wire socket, String endpoint) implements Wire {
    @Override
    public Carrier carrier(Role role) {
        return role == Role.SUBSCRIBER ? Carrier.EVENTS : socket.carrier(role);
    }

    @Override
    public String path(Role role, int index) {
        return role == Role.SUBSCRIBER ? endpoint : socket.path(role, index);
    }

    @Override
    public int port(Role role, int usual) {
        return socket.port(role, usual);
    }

    @Override
    public String body(Role role, int index) {
        return role == Role.SUBSCRIBER
                ? socket.login(role, index).stream()
                        .map(Step::send)
                        .collect(Collectors.joining("\n"))
                : socket.body(role, index);
    }

    @Override
    public List<Step> login(Role role, int index) {
        List<Step> steps = socket.login(role, index);
        return role == Role.SUBSCRIBER
                ? steps.stream().map(step -> new Step("", step.await())).toList()
                : steps;
    }

    @Override
    public Template publication(int bytes) {
        return socket.publication(bytes);
    }

    @Override
    public Template call(int bytes) {
        return socket.call(bytes);
    }

    @Override
    public String answerMarker() {
        return socket.answerMarker();
    }

    @Override
    public @Nullable String acknowledgement() {
        return socket.acknowledgement();
    }

    @Override
    public @Nullable Step heartbeat() {
        return socket.heartbeat();
    }
}
