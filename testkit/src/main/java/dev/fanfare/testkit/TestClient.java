// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import dev.fanfare.engine.Position;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A client of the native protocol whose tests read as sentences:
///
/// ```java
/// try (TestClient ada = TestClient.connect(uri, adasToken);
///         TestClient bob = TestClient.connect(uri, bobsToken)) {
///     ada.subscribe("orders:42").isLive();
///     bob.publish("orders:42", "{\"n\":1}").isStored();
///     ada.receives("orders:42").withData("{\"n\":1}");
///     ada.isTold(TestClient.GAP);
///     ada.isClosedWith(4008);
/// }
/// ```
///
/// Everything that waits does so for at most [WebSocketClient#PATIENCE], and then says what did
/// come. Pings of the protocol are answered by themselves. [#socket] has what a client can do to
/// the connection: send other bytes, stop reading, reset.
///
/// It writes and reads its JSON by itself, so that a fault in the server's codec is not shared.
/// Methods are for one thread; two clients may be used from two.
public final class TestClient implements AutoCloseable {
    public static final String GAP = "gap";
    public static final String MESSAGE = "message";
    public static final String INBOX = "inbox";
    public static final String JOIN = "join";
    public static final String LEAVE = "leave";
    public static final String SUBSCRIBED = "subscribed";
    public static final String UNSUBSCRIBED = "unsubscribed";
    public static final String EXPIRING = "expiring";
    public static final String DISCONNECT = "disconnect";
    public static final String ERROR = "error";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI uri;
    private final Handshake handshake;
    private final Journal journal;
    private final AtomicLong ids = new AtomicLong();
    private WebSocketClient socket;
    private @Nullable String token;

    private TestClient(URI uri, Handshake handshake, Journal journal) {
        this.uri = uri;
        this.handshake = handshake;
        this.journal = journal;
        this.socket = WebSocketClient.open(uri, handshake, journal);
    }

    /// Connected, by the protocol's `connect`; with null as token, anonymously.
    ///
    /// @throws HandshakeRefused when there is not even a WebSocket
    public static TestClient connect(URI uri, @Nullable String token) {
        TestClient client = open(uri, Handshake.PLAIN);
        client.connects(token).isConnected();
        return client;
    }

    /// A WebSocket on which nothing was said yet.
    public static TestClient open(URI uri, Handshake handshake) {
        return new TestClient(uri, handshake, new Journal(null, ""));
    }

    /// A WebSocket on which nothing was said yet, and all of whose publishing and receiving is told
    /// to `checker`, under `name`. Payloads are compact JSON then.
    public static TestClient open(
            URI uri, Handshake handshake, DeliveryChecker checker, String name) {
        return new TestClient(uri, handshake, new Journal(checker, name));
    }

    /// The connection beneath; another one after [#resume].
    public WebSocketClient socket() {
        return socket;
    }

    public Reply connects(@Nullable String with) {
        token = with;
        ObjectNode command = command("connect").put("version", 1);
        if (with != null) {
            command.put("token", with);
        }
        return says(command);
    }

    public Reply refresh(String with) {
        token = with;
        return says(command("refresh").put("token", with));
    }

    public Reply subscribe(String channel) {
        return says(command("subscribe").put("channel", channel));
    }

    /// Asks for everything after `since`.
    public Reply subscribe(String channel, Position since) {
        ObjectNode command = command("subscribe").put("channel", channel);
        journal.resumes(channel, since);
        return says(since(command, since));
    }

    /// Asks for what passes the filter. A later [#resume] asks for the same.
    public Reply subscribe(String channel, Filtered filter) {
        ObjectNode command = command("subscribe").put("channel", channel);
        journal.filters(channel, filter);
        return says(filter(command, filter));
    }

    /// Asks for what passes the filter after `since`.
    public Reply subscribe(String channel, Position since, Filtered filter) {
        ObjectNode command = command("subscribe").put("channel", channel);
        journal.resumes(channel, since);
        journal.filters(channel, filter);
        return says(filter(since(command, since), filter));
    }

    public Reply unsubscribe(String channel) {
        return says(command("unsubscribe").put("channel", channel));
    }

    /// @param json the data
    public Reply publish(String channel, String json) {
        return publish(channel, json, null);
    }

    public Reply publish(String channel, String json, @Nullable String idempotencyKey) {
        ObjectNode command = command("publish").put("channel", channel);
        if (idempotencyKey != null) {
            command.put("key", idempotencyKey);
        }
        command.set("data", JSON.readTree(json));
        journal.sends(command.get("id").asLong(), channel, json);
        return says(command);
    }

    /// To a message handler of the server.
    public Reply send(String handler, String json) {
        ObjectNode command = command("send").put("handler", handler);
        command.set("data", JSON.readTree(json));
        return says(command);
    }

    public Reply presence(String channel) {
        return says(command("presence").put("channel", channel));
    }

    /// The oldest entries that are kept.
    public Reply history(String channel, int limit) {
        return says(command("history").put("channel", channel).put("limit", limit));
    }

    public Reply history(String channel, Position since, int limit) {
        return says(since(command("history").put("channel", channel).put("limit", limit), since));
    }

    /// What waits for the user.
    public Reply inbox() {
        return says(command("inbox"));
    }

    public Reply pings() {
        return says(command("ping"));
    }

    /// Any text, JSON or not.
    public TestClient sendText(String text) {
        socket.sends(text);
        return this;
    }

    /// Any bytes, frames or not.
    public TestClient sendRaw(byte[] bytes) {
        socket.sendsRaw(bytes);
        return this;
    }

    /// The next publication of the channel.
    public Received receives(String channel) {
        return new Received(
                socket.receivesJson(
                        "a publication in " + channel,
                        WebSocketClient.PATIENCE,
                        json ->
                                is(json, "publication")
                                        && json.path("channel").asString("").equals(channel)));
    }

    /// The next push of this type, as JSON.
    public JsonNode isTold(String type) {
        return socket.receivesJson(
                "a push of type " + type,
                WebSocketClient.PATIENCE,
                json -> is(json, type) && !json.has("id"));
    }

    /// Everything that came before the answer to a ping: none of it is a publication in `channel`.
    /// What the server has still to send for another reason may come later.
    public void hasReceivedNothingIn(String channel) {
        pings().is("pong");
        for (String text : socket.waiting()) {
            JsonNode json = JSON.readTree(text);
            if (is(json, "publication") && json.path("channel").asString("").equals(channel)) {
                throw new AssertionError("expected nothing in " + channel + ", received " + text);
            }
        }
    }

    /// Where this client's subscription is, to resume from.
    public Position position(String channel) {
        return journal.position(channel);
    }

    public Closed isClosedWith(int code) {
        return socket.isClosedWith(code);
    }

    /// Ends this connection if it is open, connects again with the last token, and subscribes to
    /// every channel from its last position. What had arrived and was not asked for is dropped.
    public TestClient resume() {
        return resume(uri);
    }

    /// Resumes at another place, say another node.
    public TestClient resume(URI at) {
        socket.close();
        socket = WebSocketClient.open(at, handshake, journal);
        connects(token).isConnected();
        journal.positions()
                .forEach((channel, position) -> {
                    Filtered filter = journal.filter(channel);
                    (filter == null
                                    ? subscribe(channel, position)
                                    : subscribe(channel, position, filter))
                            .isLive();
                });
        return this;
    }

    /// Leaves the server's pings without an answer.
    public TestClient ignoresPings() {
        journal.ignorePings();
        return this;
    }

    public TestClient stopsReading() {
        socket.stopsReading();
        return this;
    }

    public TestClient resumesReading() {
        socket.resumesReading();
        return this;
    }

    /// Vanishes with a RST.
    public void killed() {
        socket.reset();
    }

    /// Sends a FIN and goes on reading.
    public void halfCloses() {
        socket.halfCloses();
    }

    /// Drops the connection.
    @Override
    public void close() {
        socket.close();
    }

    private ObjectNode command(String type) {
        return JSON.createObjectNode().put("type", type).put("id", ids.incrementAndGet());
    }

    private static ObjectNode since(ObjectNode command, Position since) {
        command.putObject("since")
                .put("epoch", since.epoch())
                .put("offset", since.offset())
                .put("tag", since.tag());
        return command;
    }

    private static ObjectNode filter(ObjectNode command, Filtered filter) {
        command.set("filter", JSON.readTree(filter.json()));
        return command;
    }

    private Reply says(ObjectNode command) {
        socket.sends(command.toString());
        return new Reply(socket, command);
    }

    private static boolean is(JsonNode json, String type) {
        return json.path("type").asString("").equals(type);
    }
}
