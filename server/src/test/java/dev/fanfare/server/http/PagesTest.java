// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    private final Pages pages = Pages.at(PagesTest.class, "pages");

    @Test
    void theIndexIsAtThePrefixItself() {
        Response index = get("/", Map.of());

        assertThat(index).isNotNull();
        assertThat(index.body()).asString().contains("<title>page</title>");
        assertThat(index.headers())
                .contains(
                        new Response.Header("Content-Type", "text/html; charset=utf-8"),
                        new Response.Header("Content-Security-Policy", "default-src 'self'"));
    }

    @Test
    void whatTheBrowserHasIsNotSentAgain() {
        Response first = get("/index.html", Map.of());
        assertThat(first).isNotNull();
        String tag =
                first.headers().stream()
                        .filter(header -> header.name().equals("ETag"))
                        .findFirst()
                        .orElseThrow()
                        .value();

        Response second = get("/index.html", Map.of("if-none-match", tag));

        assertThat(second).isNotNull();
        assertThat(second.status()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"other\", W/%s", "*"})
    void sendsNothingAgainThatABrowserHas(String known) {
        Response first = get("/index.html", Map.of());
        assertThat(first).isNotNull();
        String tag =
                first.headers().stream()
                        .filter(header -> header.name().equals("ETag"))
                        .findFirst()
                        .orElseThrow()
                        .value();

        Response second = get("/index.html", Map.of("if-none-match", known.formatted(tag)));

        assertThat(second).isNotNull();
        assertThat(second.status()).isEqualTo(304);
    }

    @Test
    void onlyWhatHasADigestInItsNameIsKeptWithoutAskingAgain() {
        Response asset =
                new Pages("/assets/", PagesTest.class, "pages")
                        .find(request("/assets/index.html", Map.of()));
        Response page = get("/index.html", Map.of());

        assertThat(asset).isNotNull();
        assertThat(asset.headers())
                .contains(
                        new Response.Header(
                                "Cache-Control", "public, max-age=31536000, immutable"));
        assertThat(page).isNotNull();
        assertThat(page.headers()).contains(new Response.Header("Cache-Control", "no-cache"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../PagesTest.class",
                "/../pages/index.html",
                "/./index.html",
                "//index.html",
                "/pages/",
                "/.hidden.html",
                "/a\\..\\index.html",
                "/nothing.html",
                "/PagesTest.class",
                "/index.html/",
            })
    void nothingElseIsServed(String path) {
        assertThat(get(path, Map.of())).isNull();
    }

    private @Nullable Response get(String path, Map<String, String> headers) {
        return pages.find(request(path, headers));
    }

    private static Request request(String path, Map<String, String> headers) {
        return new Request(
                "GET",
                new Request.Target(path, Map.of(), Map.of()),
                headers,
                new byte[0],
                "127.0.0.1");
    }
}
