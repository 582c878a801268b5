// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Limits;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A real node with one endpoint, `/echo`, that sends every message back.
final class EchoNode implements AutoCloseable {
    final Hub hub;
    final HttpServer server;
    private final NettyTransport transport;

    EchoNode(Clock clock, HttpLimits limits, UnaryOperator<ListenerSpec> more) {
        this(clock, limits, NettyTransport.Kind.AUTO, more);
    }

    EchoNode(
            Clock clock,
            HttpLimits limits,
            NettyTransport.Kind kind,
            UnaryOperator<ListenerSpec> more) {
        Environment environment = new Environment(clock, new Random(1));
        hub =
                new Hub(
                        new MemoryEngine(environment),
                        Rulebook.of(Map.of()),
                        value -> value.toString().getBytes(StandardCharsets.UTF_8),
                        environment);
        transport = NettyTransport.open(kind, 1);
        try {
            server =
                    HttpServer.start(
                            transport,
                            new HttpServer.Node(hub, environment, limits),
                            List.of(more.apply(ListenerSpec.of("echo", "127.0.0.1", 0))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.port("echo");
    }

    static WebSocketRoute route() {
        return route(Endpoint.Admission.ON_OPEN);
    }

    static WebSocketRoute route(Endpoint.Admission admission) {
        Dialect dialect = new Echo();
        return WebSocketRoute.of(
                "/echo",
                new Endpoint(
                        "echo",
                        dialect,
                        _ -> Authenticator.accept(Principal.of("somebody")),
                        admission,
                        Rulebook.of(Map.of()),
                        Map.of("echo", new Back()),
                        Endpoint.Lifecycle.NONE,
                        Limits.DEFAULT
                                .connections(100_000)
                                .badCommands(1_000)
                                .outbox(64 << 20)
                                .rate(new Limits.Rate(1_000_000, 1_000_000, 1_000_000))
                                .heartbeat(
                                        new Limits.Heartbeat(
                                                Duration.ofHours(1), Duration.ofHours(1))),
                        Close.TOO_MANY_CONNECTIONS),
                dialect);
    }

    @Override
    public void close() {
        server.close();
        transport.close();
        hub.close();
    }

    private static final class Back implements MessageHandler {
        @Override
        public byte @Nullable [] handle(Session session, byte[] data) {
            return data;
        }

        @Override
        public Where where() {
            return Where.INLINE;
        }
    }

    /// The first byte of what goes through the hub is the opcode to answer with.
    private static final class Echo implements Dialect {
        @Override
        public Command decode(byte[] text) {
            return send(1, text);
        }

        @Override
        public Command decodeBinary(byte[] data) {
            return send(2, data);
        }

        @Override
        public Messages messages() {
            return Messages.TEXT_AND_BINARY;
        }

        private static Command send(int opcode, byte[] message) {
            byte[] data = new byte[message.length + 1];
            data[0] = (byte) opcode;
            System.arraycopy(message, 0, data, 1, message.length);
            return new Command.Send(1, "echo", data);
        }

        @Override
        public byte @Nullable [] push(Push push) {
            return push instanceof Push.Failed(var refusal)
                    ? frame("failed " + refusal.limit())
                    : null;
        }

        @Override
        public byte @Nullable [] reply(long id, Reply reply) {
            return switch (reply) {
                case Reply.Answer(byte[] data) when data != null -> {
                    byte[] frame = TextFrame.of(Arrays.copyOfRange(data, 1, data.length));
                    frame[0] = (byte) (0x80 | data[0]);
                    yield frame;
                }
                case Reply.Refused(var refusal) -> frame("refused " + refusal.limit());
                default -> null;
            };
        }

        private static byte[] frame(String text) {
            return TextFrame.of(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
