// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Fanfare;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The Java API, as an application that is moved over from npm's server uses it.
class SocketApiIT {
    record Move(int x, int y) {}

    record Login(String user, int pin) {}

    record Shown(@Nullable Object token) {}

    record Seen(String socket, List<String> rooms, String user, String reason) {}

    /// What cannot be written as JSON.
    record Broken(int x) {
        @Override
        public int x() {
            throw new IllegalStateException("broken");
        }
    }

    private final ManualClock clock = new ManualClock();
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private Fanfare fanfare = start(_ -> {});

    private Fanfare start(Consumer<EndpointConfig> main) {
        return start(main, UnaryOperator.identity());
    }

    private Fanfare start(Consumer<EndpointConfig> main, UnaryOperator<SocketIo> change) {
        SocketIo io = change.apply(SocketIo.at("/socket.io").namespace("/", main));
        return Fanfare.start(
                config -> config.port(0).clock(clock).nativeSite(site -> site.gateway(io)));
    }

    private void serve(Consumer<EndpointConfig> main) {
        serve(main, UnaryOperator.identity());
    }

    private void serve(Consumer<EndpointConfig> main, UnaryOperator<SocketIo> change) {
        close();
        fanfare = start(main, change);
    }

    @AfterEach
    void close() {
        Closing.wind(clock, fanfare::close);
    }

    private WebSocketClient open() {
        String url = "ws://127.0.0.1:" + fanfare.port() + "/socket.io/?EIO=4&transport=websocket";
        WebSocketClient socket = WebSocketClient.open(URI.create(url));
        assertThat(socket.receivesText()).startsWith("0{");
        return socket;
    }

    private WebSocketClient connected() {
        WebSocketClient socket = open().sends("40");
        assertThat(socket.receivesText()).startsWith("40{");
        return socket;
    }

    // ---- events and their arguments

    @Test
    void aSessionIsSentAnEventByItsName() {
        serve(main -> main.opened(session -> session.send("welcome", new Move(1, 2))));
        try (WebSocketClient socket = connected()) {
            assertThat(socket.receivesText()).isEqualTo("42[\"welcome\",{\"x\":1,\"y\":2}]");
        }
    }

    @Test
    void anEventIsSentWithSeveralArguments() {
        serve(main ->
                main.channel("board")
                        .opened(session -> {
                            session.send("welcome", Args.of("Ada", new Move(1, 2)));
                            session.send("nothing", Args.of());
                            session.send("one", Args.of(7));
                            session.send("none", Args.of((Object) null));
                        })
                        .on("follow", String.class, (s, name) -> s.subscribe(name)));
        try (WebSocketClient socket = connected()) {
            assertThat(socket.receivesText())
                    .isEqualTo("42[\"welcome\",\"Ada\",{\"x\":1,\"y\":2}]");
            assertThat(socket.receivesText()).isEqualTo("42[\"nothing\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"one\",7]");
            assertThat(socket.receivesText()).isEqualTo("42[\"none\",null]");

            socket.sends("420[\"follow\",\"board\"]");
            assertThat(socket.receivesText()).isEqualTo("430[]");
            fanfare.channel("board").publish("moved", Args.of(1, new byte[] {4, 5}));
            assertThat(socket.receivesText())
                    .isEqualTo("451-[\"moved\",1,{\"_placeholder\":true,\"num\":0}]");
            assertThat(socket.receivesBinary()).containsExactly(4, 5);
        }
    }

    @Test
    void aHandlerTakesSeveralArgumentsAndAnswersSeveral() {
        serve(main ->
                main.answer(
                        "move",
                        Args.class,
                        (_, args) ->
                                Args.of(
                                        args.size(),
                                        args.get(0, String.class),
                                        args.get(1, Move.class).y())));
        try (WebSocketClient socket = connected()) {
            socket.sends("421[\"move\",\"e2\",{\"x\":1,\"y\":2},3.50]");
            assertThat(socket.receivesText()).isEqualTo("431[3,\"e2\",2]");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "42[\"args\"]|0:",
                "42[\"args\",null]|1:null",
                "42[\"args\",1.50]|1:1.50",
                "42[\"args\",{\"$args\":[1]}]|1:{\"$args\":[1]}",
                "42[\"args\",[1,2],\"a\"]|2:[1,2], \"a\"",
                "42[\"args\",{\"a\":12345678901234567890.125}]|1:{\"a\":12345678901234567890.125}",
            })
    void aHandlerSeesTheArgumentsAsTheyWereSent(String packet, String args) {
        serve(main ->
                main.on(
                        "args",
                        Args.class,
                        (session, given) -> session.send("seen", given.size() + ":" + given)));
        try (WebSocketClient socket = connected()) {
            socket.sends(packet);
            assertThat(socket.receivesText())
                    .isEqualTo("42[\"seen\",\"" + args.replace("\"", "\\\"") + "\"]");
        }
    }

    @Test
    void anArgumentThatIsMissingOrOfAnotherTypeIsNamed() {
        serve(
                main -> main.on("move", Args.class, (_, args) -> args.get(1, Move.class)),
                io -> io.errors("/", ErrorReplies.SENT));
        try (WebSocketClient socket = connected()) {
            socket.sends("421[\"move\",1]");
            assertThat(socket.receivesText())
                    .contains("\"bad_request\"")
                    .contains("Argument 2 is missing: there are 1.");
            socket.sends("422[\"move\",1,{\"x\":1}]");
            assertThat(socket.receivesText())
                    .contains("\"message\":\"Argument 2: 'y' is missing.\",\"field\":\"y\"");
        }
    }

    @Test
    void bytesAreArguments() {
        serve(main ->
                main.answer(
                        "file",
                        Args.class,
                        (_, args) ->
                                Args.of(
                                        args.get(0, String.class),
                                        args.get(1, byte[].class).length)));
        try (WebSocketClient socket = connected()) {
            socket.sends("451-1[\"file\",\"a.png\",{\"_placeholder\":true,\"num\":0}]");
            socket.sendsBinary(new byte[] {1, 2, 3});
            assertThat(socket.receivesText()).isEqualTo("431[\"a.png\",3]");
        }
    }

    @Test
    void aSocketLeavesARoomWithoutAnEvent() {
        serve(main ->
                main.channel("room")
                        .on("join", String.class, (s, room) -> s.subscribe(room))
                        .on(
                                "leave",
                                String.class,
                                (session, room) ->
                                        session.perform(new Command.Unsubscribe(0, room)))
                        .answer("rooms", Args.class, SocketApiIT::rooms));
        try (WebSocketClient socket = connected()) {
            socket.sends("420[\"join\",\"room\"]");
            assertThat(socket.receivesText()).isEqualTo("430[]");
            socket.sends("421[\"rooms\"]");
            assertThat(socket.receivesText()).isEqualTo("431[[\"room\"]]");
            socket.sends("422[\"leave\",\"room\"]");
            assertThat(socket.receivesText()).isEqualTo("432[]");
            fanfare.channel("room").publish("missed", 1).toCompletableFuture().join();
            socket.sends("423[\"rooms\"]");
            assertThat(socket.receivesText()).isEqualTo("433[[]]");
        }
    }

    private static List<String> rooms(Session session, Args args) throws Exception {
        return session.subscriptions().toCompletableFuture().get();
    }

    // ---- acks of the client

    @Test
    void aHandlerAsksItsClientWhereTheNamespaceIsDescribed() {
        serve(main ->
                main.opened(session -> {
                    Move move =
                            SocketIo.call(
                                            session,
                                            Event.of("where", "you", 1),
                                            Move.class,
                                            Duration.ofSeconds(5))
                                    .toCompletableFuture()
                                    .get();
                    session.send("there", move.x());
                }));
        try (WebSocketClient socket = connected()) {
            assertThat(socket.receivesText()).isEqualTo("420[\"where\",\"you\",1]");
            socket.sends("430[{\"x\":3,\"y\":4}]");
            assertThat(socket.receivesText()).isEqualTo("42[\"there\",3]");
        }
    }

    @Test
    void anEventThatIsAcknowledgedHasItsArgumentsAloneUnderRecoveryToo() {
        serve(
                main ->
                        main.opened(session ->
                                SocketIo.call(
                                        session,
                                        Event.of("sure?", "tea"),
                                        String.class,
                                        Duration.ofSeconds(5))),
                io -> io.recovery("/", Duration.ofMinutes(1)));
        try (WebSocketClient socket = connected()) {
            assertThat(socket.receivesText()).isEqualTo("420[\"sure?\",\"tea\"]");
        }
    }

    @Test
    void anAckIsReadIntoTheTypeThatWasAskedFor() throws Exception {
        serve(_ -> {});
        try (WebSocketClient socket = connected()) {
            var session = fanfare.sessions().getFirst();
            var all = SocketIo.call(session, Event.of("q"), Args.class, Duration.ofSeconds(5));
            var wrong = SocketIo.call(session, Event.of("q"), Move.class, Duration.ofSeconds(5));
            assertThat(socket.receivesText()).isEqualTo("420[\"q\"]");
            assertThat(socket.receivesText()).isEqualTo("421[\"q\"]");
            socket.sends("430[\"a\",2]").sends("431[\"a\"]");

            Args args = all.toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertThat(args.get(0, String.class)).isEqualTo("a");
            assertThat(args.get(1, Integer.class)).isEqualTo(2);
            assertThatThrownBy(() -> wrong.toCompletableFuture().get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InvalidMessage.class);
        }
    }

    // ---- coming in

    private static Authenticator.Outcome login(dev.fanfare.core.Credentials shown) {
        return SocketIo.auth(shown, Login.class)
                .filter(login -> login.pin() == 7)
                .map(login -> Authenticator.accept(Principal.of(login.user())))
                .orElseGet(() ->
                        Authenticator.reject(
                                "not authorized", Map.of("content", "Please retry later")));
    }

    @Test
    void anAuthenticatorSeesTheAuthPayload() {
        serve(main -> main.authenticator(SocketApiIT::login));
        try (WebSocketClient socket = open().sends("40{\"user\":\"ada\",\"pin\":7}")) {
            assertThat(socket.receivesText()).startsWith("40{");
            assertThat(fanfare.user("ada").sessions()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"token\":7}|7", "{\"token\":{\"id\":8}}|{id=8}", "{\"a\":1}|null"})
    void aTokenThatIsNoTextIsInTheAuthPayload(String auth, String token) {
        serve(main ->
                main.authenticator(shown ->
                        Authenticator.accept(
                                Principal.of(
                                        SocketIo.auth(shown, Shown.class)
                                                .map(Shown::token)
                                                .map(Object::toString)
                                                .orElse("null")))));
        try (WebSocketClient socket = open().sends("40" + auth)) {
            assertThat(socket.receivesText()).startsWith("40{");
            assertThat(fanfare.user(token).sessions()).hasSize(1);
        }
    }

    @Test
    void aRejectionCarriesTheApplicationsData() {
        serve(main -> main.authenticator(SocketApiIT::login));
        try (WebSocketClient socket = open().sends("40{\"user\":\"ada\",\"pin\":8}")) {
            assertThat(socket.receivesText())
                    .isEqualTo(
                            "44{\"message\":\"not authorized\","
                                    + "\"data\":{\"content\":\"Please retry later\"}}");
        }
    }

    @Test
    void aRejectionWhoseDataHasNoJsonIsSentWithoutIt() {
        serve(main -> main.authenticator(_ -> Authenticator.reject("no", new Broken(1))));
        try (WebSocketClient socket = open().sends("40")) {
            assertThat(socket.receivesText())
                    .isEqualTo(
                            "44{\"message\":\"no\",\"data\":{"
                                    + "\"code\":\"permission_denied\",\"message\":\"no\"}}");
        }
    }

    @Test
    void theHandshakesAuthPayloadIsReadIntoARecord() {
        serve(main ->
                main.opened(session -> {
                    Handshake came = SocketIo.handshake(session).orElseThrow();
                    session.send("user", came.auth(Login.class).orElseThrow().user());
                    session.send("other", came.auth(Move.class).isPresent());
                }));
        try (WebSocketClient socket = open().sends("40{\"user\":\"ada\",\"pin\":7}")) {
            assertThat(socket.receivesText()).startsWith("40{");
            assertThat(socket.receivesText()).isEqualTo("42[\"user\",\"ada\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"other\",false]");
        }
    }

    // ---- the end

    private void serveAndSeeTheEnd() {
        serve(main ->
                main.channel("room")
                        .on("join", String.class, (s, room) -> s.subscribe(room))
                        .on("leave", Args.class, (s, _) -> s.disconnect(Close.NORMAL))
                        .closed((session, close) ->
                                seen.add(
                                        new Seen(
                                                session.id(),
                                                session.subscriptions().toCompletableFuture().get(),
                                                SocketIo.handshake(session)
                                                        .orElseThrow()
                                                        .auth(Login.class)
                                                        .orElseThrow()
                                                        .user(),
                                                SocketIo.reason(close)))));
    }

    private void ends(String reason, Consumer<WebSocketClient> how) {
        serveAndSeeTheEnd();
        try (WebSocketClient socket = open().sends("40{\"user\":\"ada\",\"pin\":7}")) {
            assertThat(socket.receivesText()).startsWith("40{");
            String id = fanfare.sessions().getFirst().id();
            socket.sends("420[\"join\",\"room\"]");
            assertThat(socket.receivesText()).startsWith("430[");
            how.accept(socket);

            eventually(() ->
                    assertThat(seen).containsExactly(new Seen(id, List.of("room"), "ada", reason)));
        }
    }

    @Test
    void theEndOfASocketThatItsClientDisconnectsHasItsRoomsAndHandshake() {
        ends("client namespace disconnect", socket -> socket.sends("41"));
    }

    @Test
    void theEndOfASocketWhoseConnectionIsClosedSaysSo() {
        ends("transport close", socket -> socket.sends("1"));
    }

    @Test
    void theEndOfASocketWhoseConnectionIsLostSaysSo() {
        ends("transport close", WebSocketClient::close);
    }

    @Test
    void theEndOfASocketWhoseClientIsSilentSaysSo() {
        ends(
                "ping timeout",
                socket -> {
                    clock.advance(Duration.ofSeconds(26));
                    assertThat(socket.receivesText()).isEqualTo("2");
                    clock.advance(Duration.ofSeconds(21));
                });
    }

    @Test
    void theEndOfASocketThatSendsNoPacketSaysSo() {
        ends("parse error", socket -> socket.sends("4x"));
    }

    @Test
    void theEndOfASocketThatTheServerDisconnectsSaysSo() {
        ends("server namespace disconnect", socket -> socket.sends("42[\"leave\"]"));
    }

    @Test
    void theEndOfASocketWhoseServerStopsSaysSo() {
        ends("server shutting down", _ -> close());
    }

    // ---- what comes before handlers, and instead of them

    @Test
    void aSessionKeepsTheApplicationsData() {
        serve(main ->
                main.opened(session -> session.data().put("moves", 1))
                        .answer(
                                "moves",
                                Args.class,
                                (session, _) ->
                                        session.data()
                                                .merge("moves", 1, (a, b) -> (int) a + (int) b)));
        try (WebSocketClient socket = connected();
                WebSocketClient other = connected()) {
            socket.sends("420[\"moves\"]");
            assertThat(socket.receivesText()).isEqualTo("430[2]");
            socket.sends("421[\"moves\"]");
            assertThat(socket.receivesText()).isEqualTo("431[3]");
            other.sends("420[\"moves\"]");
            assertThat(other.receivesText()).isEqualTo("430[2]");
        }
    }

    @Test
    void aRecoveredSessionHasItsDataAgain() {
        serve(
                main ->
                        main.answer(
                                        "name",
                                        String.class,
                                        (session, name) -> {
                                            session.data().put("name", name);
                                            return "kept";
                                        })
                                .opened(session ->
                                        SocketIo.recovered(session)
                                                .thenAccept(again -> {
                                                    if (again) {
                                                        session.send(
                                                                "again",
                                                                String.valueOf(
                                                                        session.data()
                                                                                .get("name")));
                                                    }
                                                })),
                io -> io.recovery("/", Duration.ofMinutes(1)));
        String pid;
        try (WebSocketClient socket = open().sends("40")) {
            pid = socket.receivesText().replaceAll(".*\"pid\":\"([^\"]+)\".*", "$1");
            socket.sends("420[\"name\",\"Ada\"]");
            assertThat(socket.receivesText()).isEqualTo("430[\"kept\"]");
        }
        eventually(() -> assertThat(fanfare.sessions()).isEmpty());
        try (WebSocketClient socket = open().sends("40{\"pid\":\"" + pid + "\"}")) {
            assertThat(socket.receivesText()).startsWith("40{");
            assertThat(socket.receivesText()).isEqualTo("42[\"again\",\"Ada\",null]");
        }
    }

    @Test
    void anInterceptorSeesEveryEventAndMayRefuseIt() {
        serve(
                main ->
                        main.use(
                                        Args.class,
                                        (session, event, args) ->
                                                session.send("saw", Args.of(event, args.size())))
                                .use(
                                        Args.class,
                                        (_, event, _) -> {
                                            if (event.equals("admin")) {
                                                throw new InvalidMessage(
                                                        Refusal.of(
                                                                Refusal.Code.PERMISSION_DENIED,
                                                                "Not you."));
                                            }
                                        })
                                .answer("hello", String.class, (_, name) -> "hello " + name)
                                .answer("admin", Args.class, (_, _) -> "never"),
                io -> io.errors("/", ErrorReplies.SENT));
        try (WebSocketClient socket = connected()) {
            socket.sends("420[\"hello\",\"Ada\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"saw\",\"hello\",1]");
            assertThat(socket.receivesText()).isEqualTo("430[\"hello Ada\"]");
            socket.sends("421[\"admin\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"saw\",\"admin\",0]");
            assertThat(socket.receivesText())
                    .isEqualTo(
                            "431[{\"error\":{\"code\":\"permission_denied\","
                                    + "\"message\":\"Not you.\"}}]");
            socket.sends("422[\"nobody\",1,2]");
            assertThat(socket.receivesText()).isEqualTo("42[\"saw\",\"nobody\",2]");
            assertThat(socket.receivesText())
                    .startsWith("432[{\"error\":{\"code\":\"unknown_handler\"");
        }
    }

    @Test
    void eventsWithoutAHandlerMayHaveOneForAll() {
        serve(main ->
                main.answer("hello", String.class, (_, name) -> "hello " + name)
                        .otherwise(Args.class, (_, event, args) -> Args.of(event, args.size())));
        try (WebSocketClient socket = connected()) {
            socket.sends("420[\"hello\",\"Ada\"]");
            assertThat(socket.receivesText()).isEqualTo("430[\"hello Ada\"]");
            socket.sends("421[\"anything\",1,2]");
            assertThat(socket.receivesText()).isEqualTo("431[\"anything\",2]");
        }
    }

    @Test
    void aNamespaceMayBeDescribedAfterItsGatewayIsDeclared() {
        close();
        SocketIo io = SocketIo.at("/socket.io");
        fanfare =
                Fanfare.start(config -> {
                    config.port(0).clock(clock).nativeSite(site -> site.gateway(io));
                    io.namespace("/", main -> main.answer("hello", Args.class, (_, _) -> "you"));
                });
        try (WebSocketClient socket = connected()) {
            socket.sends("420[\"hello\"]");
            assertThat(socket.receivesText()).isEqualTo("430[\"you\"]");
        }
    }
}
