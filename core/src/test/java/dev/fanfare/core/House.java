// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Position;
import dev.fanfare.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A hub on one manual loop, with what the tests here ask of it.
final class House {
    static final Encoder LINES = new LineEncoder();

    final ManualClock clock = new ManualClock();
    final ManualLoop loop = new ManualLoop();
    final Environment environment = new Environment(clock, new Random(1));
    final Engine engine;
    final Hub hub;
    final Rulebook rules;
    private Limits limits = Limits.DEFAULT;
    private Map<String, MessageHandler> handlers = Map.of();
    private Endpoint.Lifecycle lifecycle = Endpoint.Lifecycle.NONE;
    private Authenticator authenticator = House::authenticate;
    private Encoder encoder = LINES;
    private Endpoint.UserMessages messages = Endpoint.UserMessages.AT_ONCE;

    static House with(ChannelRules rules) {
        return new House(null, rules);
    }

    House(@Nullable Engine engine, ChannelRules channel) {
        this.rules = Rulebook.of(Map.of("{name}", channel));
        this.engine = engine == null ? new MemoryEngine(environment) : engine;
        this.hub =
                new Hub(
                        this.engine,
                        rules,
                        value -> value.toString().getBytes(StandardCharsets.UTF_8),
                        environment);
    }

    House limits(Limits other) {
        limits = other;
        return this;
    }

    /// Of the sessions that are opened from now on.
    House encoder(Encoder other) {
        encoder = other;
        return this;
    }

    House handlers(Map<String, MessageHandler> others) {
        handlers = others;
        return this;
    }

    House lifecycle(Endpoint.Lifecycle other) {
        lifecycle = other;
        return this;
    }

    House authenticator(Authenticator other) {
        authenticator = other;
        return this;
    }

    House messages(Endpoint.UserMessages when) {
        messages = when;
        return this;
    }

    Endpoint endpoint() {
        return new Endpoint(
                "test",
                encoder,
                authenticator,
                Endpoint.Admission.BY_COMMAND,
                rules,
                MessageHandlers.of(handlers),
                lifecycle,
                limits,
                Close.TOO_MANY_CONNECTIONS,
                messages);
    }

    /// Every token is the name of its user; `bad` is none, `nobody` is a client without a name, and
    /// `until:N:name` ends at N.
    private static Authenticator.Outcome authenticate(Credentials credentials) {
        String token = credentials.token();
        if (token == null || token.equals("bad")) {
            return Authenticator.invalid("test");
        }
        if (token.equals("nobody")) {
            return Authenticator.anonymous();
        }
        String[] parts = token.split(":", -1);
        return Authenticator.accept(
                parts[0].equals("until")
                        ? new Principal(parts[2], Long.parseLong(parts[1]), Map.of())
                        : Principal.of(token));
    }

    /// A connected session.
    MemoryTransport connect(String user) {
        MemoryTransport transport = new MemoryTransport(loop);
        loop.in(() -> transport.of(hub.open(endpoint(), transport, Principal.of(user))));
        return transport;
    }

    /// A session that has not said who it is.
    MemoryTransport open() {
        MemoryTransport transport = new MemoryTransport(loop);
        loop.in(() -> transport.of(hub.open(endpoint(), transport, Credentials.NONE)));
        return transport;
    }

    void receive(MemoryTransport transport, Command command) {
        loop.in(() -> transport.session().receive(command));
    }

    void subscribe(MemoryTransport transport, String channel) {
        receive(transport, new Command.Subscribe(1, channel, null));
    }

    void subscribe(MemoryTransport transport, String channel, Filter filter) {
        receive(transport, new Command.Subscribe(1, channel, null, filter));
    }

    void resume(MemoryTransport transport, String channel, Position since) {
        receive(transport, new Command.Subscribe(1, channel, since));
    }

    void publish(String channel, String text) {
        publish(channel, Content.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    void publish(String channel, Content content) {
        hub.channel(channel).publish(content, null).toCompletableFuture().join();
    }

    /// Winds the clock a second at a time, so that sweeps run.
    void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            clock.advance(Duration.ofSeconds(1));
            loop.runAll();
        }
    }
}
