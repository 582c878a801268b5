// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "session=s, s",
                "a=b; session=s; c=d, s",
                "session=first; session=second, first",
                "session=\"quoted\", quoted",
                "a={\"b\":1}; session=s, s",
                "session=a=b==, a=b==",
                "a; =b; session=s, s",
                "session=, ``",
                "Session=s, none",
            })
    void readsTheCookieOfAName(String header, String value) {
        Request request =
                new Request(
                        "GET",
                        new Request.Target("/", Map.of(), Map.of()),
                        Map.of("cookie", header),
                        new byte[0],
                        "127.0.0.1");

        assertThat(request.cookie("session").orElse("none")).isEqualTo(value);
    }
}
