// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.Rulebook;
import dev.fanfare.server.http.Router;
import dev.fanfare.testkit.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// That the document at `/openapi.json` names the routes there are. Whether the answers are as it
/// says, the tests with real clients ask.
class OpenApiTest {
    @Test
    void namesEveryRouteOfTheNodeAndNoOther() throws IOException {
        Environment environment = new Environment(new ManualClock(), new Random(1));
        try (Hub hub =
                new Hub(
                        new MemoryEngine(environment),
                        Rulebook.of(Map.of()),
                        Json::write,
                        environment)) {
            Router routes =
                    new HttpApi(hub, new ApiKeys(List.of()))
                            .routes()
                            .and(new Readiness(new ManualClock()).routes());

            List<String> served =
                    routes.routes().stream()
                            .map(route -> route.method() + " " + route.template())
                            .toList();
            assertThat(documented())
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(
                                            served.stream(),
                                            Stream.of("GET /metrics", "GET /openapi.json"))
                                    .toList());
        }
    }

    private static List<String> documented() throws IOException {
        try (InputStream in = Fanfare.class.getResourceAsStream("public/openapi.json")) {
            JsonNode paths = JsonMapper.shared().readTree(in).get("paths");
            return paths.propertyStream()
                    .flatMap(path ->
                            path.getValue()
                                    .propertyStream()
                                    .map(method ->
                                            method.getKey().toUpperCase(Locale.ROOT)
                                                    + " "
                                                    + path.getKey()))
                    .toList();
        }
    }
}
