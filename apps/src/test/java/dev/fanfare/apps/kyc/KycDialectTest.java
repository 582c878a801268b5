// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Position;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KycDialectTest {
    private final KycDialect dialect = new KycDialect();

    private Command decode(String text) {
        return dialect.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] frame) {
        return new String(frame, StandardCharsets.UTF_8);
    }

    @Test
    void s0_04_aSubscribeGoesToItsHandler() {
        assertThat(decode("{\"type\":\"subscribe\",\"userId\":\"alice\"}"))
                .isInstanceOf(Command.Send.class);
    }

    @Test
    void s0_09_whatIsNoSubscribeIsMalformed() {
        for (String text :
                new String[] {
                    "",
                    "x",
                    "[]",
                    "{}",
                    "{\"type\":1}",
                    "{\"type\":\"\"}",
                    "{\"type\":\"ping\"}",
                    "{\"type\":\"Subscribe\"}",
                    "{\"type\":\"subscribe\"} {}",
                    "null"
                }) {
            assertThat(decode(text)).as(text).isInstanceOf(Command.Malformed.class);
        }
    }

    @Test
    void s0_08_anErrorIsATypeAndAMessage() {
        byte[] frame =
                dialect.reply(
                        0,
                        new Reply.Refused(
                                Refusal.limit(
                                        Refusal.Code.TOO_MANY_REQUESTS, "x", 5, "Too \"many\".")));
        assertThat(frame).isNotNull();
        assertThat(text(frame)).endsWith("{\"type\":\"error\",\"message\":\"Too \\\"many\\\".\"}");
        byte[] gap = dialect.push(new Push.Gap("kyc:alice", 1, new Position("e", 5, "t")));
        assertThat(gap).isNotNull();
        assertThat(text(gap)).endsWith("{\"type\":\"error\",\"message\":\"Updates were lost.\"}");
    }

    @Test
    void s0_06_aStatusIsInItsEnvelope() {
        byte[] frame =
                dialect.push(
                        new Push.Message(
                                KycDialect.status("{\"a\":1}".getBytes(StandardCharsets.UTF_8)),
                                0));
        assertThat(frame).isNotNull();
        assertThat(text(frame)).endsWith("{\"type\":\"kyc_status\",\"data\":{\"a\":1}}");
    }
}
