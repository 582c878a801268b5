// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Router;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BuiltPagesTest {
    private static final Pattern LOADED = Pattern.compile("(?:src|href)=\"(/[^\"]+)\"");

    @Test
    void thePageOfAnAppFindsEverythingItLoads() {
        List<Pages> pages = BuiltPages.of("start");
        Matcher loaded = LOADED.matcher(body(find(pages, "/")));

        assertThat(loaded.results().map(result -> result.group(1)))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(find(pages, path).status()).isEqualTo(200));
    }

    @Test
    void anyOriginMayImportTheClient() throws Exception {
        Router router = BuiltPages.client();
        Router.Match match = router.find("GET", List.of("client.js"));

        assertThat(match).isInstanceOf(Router.Found.class);
        Router.Found found = (Router.Found) match;
        Response module = found.route().handler().handle(request("/client.js"));
        assertThat(module.status()).isEqualTo(200);
        assertThat(module.headers())
                .contains(new Response.Header("Content-Type", "text/javascript; charset=utf-8"));
        assertThat(found.route().origins().any()).isTrue();
    }

    private static Response find(List<Pages> pages, String path) {
        return pages.stream()
                .map(each -> each.find(request(path)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> Response.empty(404));
    }

    private static String body(Response response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static Request request(String path) {
        return new Request(
                "GET",
                new Request.Target(path, Map.of(), Map.of()),
                Map.of(),
                new byte[0],
                "127.0.0.1");
    }
}
