// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fanfare.core.Access;
import dev.fanfare.core.Channel;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.http.Response;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a node is given, and wherever: no subscriber is sent a text frame that is not JSON in
/// UTF-8. One subscriber is the testkit's client; the other is the JDK's, which closes with 1007
/// when it is.
class TextIT {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String[] WITH_KEY = {"Authorization", "Bearer " + KEY};

    private final Fanfare node =
            Fanfare.start(config ->
                    config.port(0)
                            .apiKey(KEY)
                            .channel(
                                    "lobby",
                                    rules ->
                                            rules.history(100, Duration.ofMinutes(1))
                                                    .publish(Access.anyone()))
                            .on("raw", (_, _) -> "\"\u00e9\"".getBytes(ISO_8859_1))
                            .nativeSite(site -> site.route("POST", "/length", TextIT::length)));
    private final ProbeClient probe = new ProbeClient(node.port());
    private final TestClient client =
            TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), null);

    private static Response length(dev.fanfare.server.http.Request request) throws Exception {
        return Response.text(200, "" + request.text().length());
    }

    @BeforeEach
    void subscribe() throws Exception {
        client.subscribe("lobby").isLive();
        probe.open().send("{'type':'connect','id':1,'version':1}");
        probe.send("{'type':'subscribe','id':2,'channel':'lobby'}");
        probe.next("\"subscribed\"");
    }

    @AfterEach
    void close() {
        client.close();
        probe.close();
        node.close();
    }

    /// Bodies as they are after the quotation marks and escapes of Latin-1.
    static Stream<byte[]> bodies() {
        Stream<String> latin =
                Stream.of(
                        "{'text':'\u00ed\u00a0\u00bd\u00ed\u00b8\u0080'}",
                        "'\u00c0\u0080'",
                        "{'a':['\u00ed\u00a0\u0080']}",
                        "{'a':{'\u00ed\u00a0\u00bd\u00ed\u00b8\u0080':1}}",
                        "'\\ud83d'",
                        "{'a':[{'\\ude00':1}]}");
        String plain = body("1");
        return Stream.concat(
                latin.map(data -> body(data).getBytes(ISO_8859_1)),
                Stream.of(plain.getBytes(UTF_16LE), ("\ufeff" + plain).getBytes(UTF_16LE)));
    }

    private static String body(String data) {
        return ("{'channel':'lobby','type':'hi','data':" + data + "}").replace('\'', '"');
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void theHttpApiRefusesBodiesThatAreNotJsonInUtf8(byte[] body) throws Exception {
        for (String path :
                List.of("/api/v1/publish", "/api/v1/broadcast", "/api/v1/users/ada/send")) {
            HttpResponse<String> answer = probe.post(path, body, WITH_KEY);

            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(answer.body()).contains("\"bad_request\"", "\"field\":\"body\"");
        }
        onlyTheNextPublicationArrives();
    }

    /// Raw payloads that are none.
    static Stream<byte[]> payloads() {
        return Stream.of(
                "\"\u00c0\u0080\"".getBytes(ISO_8859_1),
                "{\"a\":1}".getBytes(UTF_16LE),
                "\"\\ud83d\"".getBytes(UTF_8),
                "hello".getBytes(UTF_8),
                new byte[0]);
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void theServersOwnCodeCannotSendWhatIsNotJsonInUtf8(byte[] payload) throws Exception {
        Channel lobby = node.hub().channel("lobby");
        Session session = node.hub().sessions().getFirst();
        Content content = Content.of("said", payload);

        refused(() -> lobby.publish(content));
        refused(() -> lobby.publish(content, "key"));
        refused(() -> lobby.publish("said", content));
        refused(() -> node.hub().user("ada").send(content));
        refused(() -> node.hub().user("ada").send("said", content));
        refused(() -> node.hub().broadcast(content, _ -> true));
        refused(() -> session.send(content));
        onlyTheNextPublicationArrives();
    }

    @Test
    void theServersOwnCodeCannotNameAnEventByHalfASurrogatePair() throws Exception {
        Channel lobby = node.hub().channel("lobby");

        refused(() -> lobby.publish("\ud83d", 1));
        refused(() -> lobby.publish(Content.of("\ude00", new byte[] {'1'})));
        refused(() -> node.hub().user("ada").send("\ud83d", 1));
        refused(() -> lobby.publish("\ud83d"));
        onlyTheNextPublicationArrives();
    }

    private static void refused(Runnable call) {
        assertThatIllegalArgumentException()
                .isThrownBy(call::run)
                .withMessageMatching("The (payload|name of the event) (has|is) .*\\.");
    }

    @Test
    void anAnswerThatIsNotUtf8IsAnErrorOfTheServer() throws Exception {
        client.send("raw", "1").isRefusedWith("internal");
        onlyTheNextPublicationArrives();
    }

    @Test
    void aSnapshotThatIsNotUtf8IsReportedAndUpdatesFollow() throws Exception {
        Content content = Content.of("\"\u00e9\"".getBytes(ISO_8859_1));
        client.unsubscribe("lobby").is("unsubscribed");

        for (Session session : node.hub().sessions()) {
            session.subscribe("lobby", () -> content);
        }

        client.isTold(TestClient.SUBSCRIBED);
        assertThat(client.isTold(TestClient.ERROR).get("code").asString()).isEqualTo("unavailable");
        onlyTheNextPublicationArrives();
    }

    @Test
    void aRouteOfTheApplicationThatReadsTextRefusesOtherBytes() throws Exception {
        assertThat(probe.post("/length", "\u00e9\ud83d\ude00".getBytes(UTF_8)).body())
                .isEqualTo("3");

        HttpResponse<String> refused = probe.post("/length", "\u00e9".getBytes(ISO_8859_1));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\"bad_request\"", "\"field\":\"body\"", "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%ff", "%ed%a0%80", "%c0%80", "%f0%9f%98", "%e9"})
    void pathsAndQueriesThatAreNotUtf8AreRefused(String encoded) throws Exception {
        for (String path :
                List.of(
                        "/api/v1/channels/" + encoded + "/history",
                        "/api/v1/users/" + encoded + "/sessions",
                        "/api/v1/channels/lobby/history?since=1&epoch=" + encoded,
                        "/exchange?channel=" + encoded)) {
            assertThat(probe.get(path, WITH_KEY).statusCode()).as(path).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void anExchangeRefusesFramesThatAreNotJsonInUtf8(byte[] frame) throws Exception {
        byte[] connect = "{\"type\":\"connect\",\"id\":1,\"version\":1}\n".getBytes(UTF_8);
        byte[] lines = new byte[connect.length + frame.length];
        System.arraycopy(connect, 0, lines, 0, connect.length);
        System.arraycopy(frame, 0, lines, connect.length, frame.length);

        HttpResponse<String> answer =
                probe.post("/exchange?wait=0", lines, "Content-Type", "application/x-ndjson");

        assertThat(answer.body()).contains("\"bad_request\"").doesNotContain("\"published\"");
        onlyTheNextPublicationArrives();
    }

    /// Both subscribers are still connected; the history, and a client that comes back with a
    /// position from before, have nothing else either.
    private void onlyTheNextPublicationArrives() throws Exception {
        assertThat(probe.post("/api/v1/publish", body("'good'"), WITH_KEY).statusCode())
                .isEqualTo(200);

        assertThat(client.receives("lobby").json().get("data").asString()).isEqualTo("good");
        assertThat(probe.next("\"")).contains("\"publication\"", "\"offset\":1,", "\"good\"");
        assertThat(probe.get("/api/v1/channels/lobby/history", WITH_KEY).body())
                .containsOnlyOnce("\"data\":")
                .contains("\"data\":\"good\"");
        client.resume();
        client.hasReceivedNothingIn("lobby");
    }
}
