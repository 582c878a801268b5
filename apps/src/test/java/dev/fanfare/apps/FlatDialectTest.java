// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Publication;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FlatDialectTest {
    private final FlatDialect chat = new FlatDialect("chat_message", Set.of("stamped"));
    private final FlatDialect strict = new FlatDialect(null, Set.of());

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The payload of a short frame.
    private static String text(byte @Nullable [] frame) {
        assertThat(frame).isNotNull();
        assertThat(frame[0]).isEqualTo((byte) 0x81);
        int from = frame[1] == 126 ? 4 : 2;
        return new String(Arrays.copyOfRange(frame, from, frame.length), StandardCharsets.UTF_8);
    }

    private static Push delivery(@Nullable String event, String data) {
        Content content = new Content(event, utf8(data), null, null, null, Content.Extent.WHOLE);
        return new Push.Delivery("c", new Publication(1, "t", "", 0, content), 0);
    }

    @Test
    void anObjectGoesToTheHandlerOfItsType() {
        byte[] json = utf8("{\"a\":{\"type\":\"inner\"},\"type\":\"outer\",\"b\":[{}]}");
        assertThat(strict.decode(json)).isEqualTo(new Command.Send(0, "outer", json));
    }

    @Test
    void whatIsNoObjectWithATypeIsMalformed() {
        String deep = "{\"type\":\"x\",\"a\":" + "[".repeat(40) + "]".repeat(40) + "}";
        for (String bad :
                List.of(
                        "",
                        " ",
                        "{",
                        "[]",
                        "1",
                        "plain",
                        "{\"a\":1}",
                        "{\"type\":null}",
                        "{\"type\":\"\"}",
                        "{\"type\":\"x\"}x",
                        "{\"type\":\"x\",\"type\":\"y\"}",
                        deep)) {
            assertThat(strict.decode(utf8(bad))).as(bad).isInstanceOf(Command.Malformed.class);
        }
    }

    @Test
    void anObjectIsUtf8WithWholeSurrogatePairs() {
        for (String bad :
                List.of(
                        "{\"type\":\"x\",\"a\":\"\\ud83d\"}",
                        "{\"type\":\"x\",\"a\":[{\"\\ude00\":1}]}",
                        "{\u0000\"\u0000t\u0000\"\u0000:\u00001\u0000}\u0000")) {
            assertThat(strict.decode(utf8(bad)))
                    .as(bad)
                    .isInstanceOfSatisfying(
                            Command.Malformed.class,
                            malformed ->
                                    assertThat(malformed.refusal().message())
                                            .startsWith("The message has "));
        }
    }

    @Test
    void textThatIsNoObjectBecomesContentOfThePlainType() {
        byte[] sent = utf8("say \"hi\" {");
        assertThat(chat.decode(sent))
                .isInstanceOfSatisfying(
                        Command.Send.class,
                        send -> {
                            assertThat(send.handler()).isEqualTo("chat_message");
                            assertThat(new String(send.data(), StandardCharsets.UTF_8))
                                    .isEqualTo(
                                            "{\"type\":\"chat_message\",\"content\":\"say \\\"hi\\\" {\"}");
                        });
        assertThat(chat.decode(utf8("{oops"))).isInstanceOf(Command.Malformed.class);
        assertThat(chat.decode(utf8("\n {\"type\":\"ping\"}")))
                .isInstanceOfSatisfying(
                        Command.Send.class, send -> assertThat(send.handler()).isEqualTo("ping"));
    }

    @Test
    void anEventIsSplicedAndDataWithoutOneIsVerbatim() {
        assertThat(text(chat.push(delivery("e", "{\"a\":1}"))))
                .isEqualTo("{\"type\":\"e\",\"a\":1}");
        assertThat(text(chat.push(delivery("e", "{}")))).isEqualTo("{\"type\":\"e\"}");
        assertThat(text(chat.push(delivery("e", "[1]"))))
                .isEqualTo("{\"type\":\"e\",\"data\":[1]}");
        assertThat(text(chat.push(delivery(null, "{\"type\":\"x\", \"y\":1}"))))
                .isEqualTo("{\"type\":\"x\", \"y\":1}");
        assertThat(text(chat.push(delivery("stamped", "{}"))))
                .isEqualTo("{\"type\":\"stamped\",\"timestamp\":\"1970-01-01T00:00:00Z\"}");
    }

    @Test
    void joinsLeavesAndErrorsHaveTheirFrames() {
        Member member = new Member("u", utf8("{\"id\":\"u\"}"));
        assertThat(text(chat.push(new Push.Joined("c", member))))
                .isEqualTo("{\"type\":\"user_joined\",\"user\":{\"id\":\"u\"}}");
        assertThat(text(chat.push(new Push.Left("c", member))))
                .isEqualTo("{\"type\":\"user_left\",\"user\":{\"id\":\"u\"}}");
        Refusal slow = Refusal.limit(Refusal.Code.TOO_MANY_REQUESTS, "commands", 40, "Slow down.");
        String error =
                "{\"type\":\"error\",\"message\":\"Slow down.\",\"code\":\"too_many_requests\","
                        + "\"retryAfter\":40}";
        assertThat(text(chat.reply(0, new Reply.Refused(slow)))).isEqualTo(error);
        assertThat(text(chat.push(new Push.Failed(slow)))).isEqualTo(error);
    }

    @Test
    void whatTheDialectDoesNotKnowHasNoFrame() {
        assertThat(chat.push(new Push.Ping())).isNull();
        assertThat(chat.push(new Push.Disconnect(Close.NORMAL))).isNull();
        assertThat(chat.reply(7, new Reply.Pong())).isNull();
    }
}
