// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Limits;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.http.Origins;
import dev.fanfare.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A node with the server that the protocol's published suites talk to, at `/socket.io`: what is
/// sent as `message` comes back as `message-back`, `message-with-ack` is acknowledged with its own
/// arguments, and whoever connects is told its auth payload.
final class House implements AutoCloseable {
    final Fanfare fanfare;
    final SocketIo io;

    private final @Nullable ManualClock clock;

    private House(Fanfare fanfare, SocketIo io, @Nullable ManualClock clock) {
        this.fanfare = fanfare;
        this.io = io;
        this.clock = clock;
    }

    static House open() {
        return open(null, UnaryOperator.identity());
    }

    static House open(@Nullable ManualClock clock, UnaryOperator<SocketIo> change) {
        SocketIo io = SocketIo.at("/socket.io").origins(Origins.of("https://app.example.com"));
        io.namespace("/", main -> suite(main, io)).namespace("/custom", more -> suite(more, io));
        SocketIo changed = change.apply(io);
        Fanfare fanfare =
                Fanfare.start(config -> {
                    config.port(0).nativeSite(site -> site.gateway(changed));
                    if (clock != null) {
                        config.clock(clock);
                    }
                });
        return new House(fanfare, changed, clock);
    }

    static void suite(EndpointConfig endpoint, SocketIo io) {
        endpoint.authenticator(
                        credentials -> {
                            String token = credentials.query().getOrDefault("token", "anybody");
                            return token.equals("bad")
                                    ? Authenticator.invalid("a bad token")
                                    : Authenticator.accept(Principal.of(token));
                        })
                .channel("news", rules -> rules.history(1_000, Duration.ofMinutes(5)))
                .channel("room:{name}", rules -> rules.history(1_000, Duration.ofMinutes(5)))
                .limits(Limits.DEFAULT.badCommands(100))
                .lifecycle(
                        new Endpoint.Lifecycle() {
                            @Override
                            public void opened(Session session) {
                                SocketIo.handshake(session)
                                        .ifPresent(came ->
                                                session.send(Content.of("auth", came.auth())));
                            }
                        })
                .on(
                        "message",
                        handler((session, data) -> {
                            session.send(Content.of("message-back", data));
                            return null;
                        }))
                .on(
                        "1",
                        handler((session, data) -> {
                            session.send(Content.of("one", data));
                            return null;
                        }))
                .on("message-with-ack", handler((_, data) -> data))
                .on(
                        "ask-me",
                        handler((session, data) ->
                                SocketIo.call(
                                                session,
                                                new Event("question", data),
                                                Duration.ofSeconds(10))
                                        .toCompletableFuture()
                                        .get()))
                .on(
                        "say",
                        handler((session, data) -> {
                            Content said = Content.of("said", data);
                            session.channel("room:a")
                                    .publish(said, null)
                                    .toCompletableFuture()
                                    .get();
                            return data;
                        }))
                .on(
                        "refuse",
                        handler((_, _) -> {
                            throw new InvalidMessage(
                                    Refusal.of(Refusal.Code.PERMISSION_DENIED, "Not you."));
                        }))
                .on(
                        "fail",
                        handler((_, _) -> {
                            throw new IllegalStateException("a fault of the application's");
                        }))
                .on(
                        "leave-me",
                        handler((session, _) -> {
                            session.disconnect(Close.of(4_600, "go"));
                            return null;
                        }))
                .on(
                        "come-back",
                        handler((session, _) -> {
                            session.disconnect(Close.TRY_LATER);
                            return null;
                        }))
                .on(
                        "join",
                        handler((session, data) -> {
                            String room = text(data);
                            session.subscribe(room.substring(1, room.length() - 1))
                                    .toCompletableFuture()
                                    .get();
                            return json("true");
                        }));
    }

    static MessageHandler handler(MessageHandler handler) {
        return handler;
    }

    static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    void publish(String channel, @Nullable String event, String json) {
        fanfare.channel(channel)
                .publish(
                        new Content(event, json(json), null, null, null, Content.Extent.WHOLE),
                        null)
                .toCompletableFuture()
                .join();
    }

    String url() {
        return "http://127.0.0.1:" + fanfare.port() + "/socket.io/";
    }

    void with(Consumer<Session> each) {
        fanfare.sessions().forEach(each);
    }

    @Override
    public void close() {
        Closing.wind(clock, fanfare::close);
    }
}
