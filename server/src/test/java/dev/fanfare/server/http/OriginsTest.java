// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com",
                "http://localhost:5173",
                "http://[::1]:5173",
                "http://dev_box:3000",
                "capacitor://localhost",
                "tauri://localhost",
                "ionic://localhost",
                "chrome-extension://abcdefghijklmnop",
                "file://",
                "http://127.0.0.1:443",
            })
    void allowsExactlyTheOriginThatIsListed(String origin) {
        Origins origins = Origins.of(origin);

        assertThat(origins.allows(origin, "http://x")).isTrue();
        assertThat(origins.allows(origin.toUpperCase(java.util.Locale.ROOT), "http://x")).isFalse();
        assertThat(origins.allows(origin + ".evil.example", "http://x")).isFalse();
        assertThat(origins.allows("null", "http://x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com:443, https://app.example.com",
        "http://app.example.com:80, http://app.example.com",
        "https://*.example.com:443, https://app.example.com",
        "https://app.example.com:80, https://app.example.com:80",
    })
    void allowsAnOriginThatIsListedWithItsDefaultPort(String listed, String origin) {
        assertThat(Origins.of(listed).allows(origin, "http://x")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "capacitor://localhost, capacitor://evil",
        "capacitor://localhost, http://localhost",
        "tauri://localhost, capacitor://localhost",
        "https://*.example.com, https://a.b.example.com",
        "https://*.example.com, capacitor://a.example.com",
    })
    void allowsNoOther(String listed, String origin) {
        assertThat(Origins.of(listed).allows(origin, "http://x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://x, http://x:80",
        "https://x, https://X:443",
        "http://x:443, http://x:443",
        "http://[::1]:8000, http://[::1]:8000",
    })
    void allowsItsOwn(String origin, String own) {
        assertThat(Origins.SAME.allows(origin, own)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "localhost",
                "capacitor://",
                "capacitor:localhost",
                "https://app.example.com/",
                "https://APP.example.com",
                "https://a.*.example.com",
                "https://app.example.com:123456",
                "file:///page.html",
                "",
            })
    void refusesToListWhatNoBrowserSends(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Origins.of(origin))
                .withMessageEndingWith(origin);
    }
}
