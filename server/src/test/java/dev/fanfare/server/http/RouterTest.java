// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
    private static final Handler NONE = _ -> Response.empty(204);

    private final Router router =
            Router.of(
                    Route.get("/users/{id}", NONE),
                    Route.get("/users/me", NONE),
                    Route.post("/users/{id}/send", NONE));

    @Test
    void aLiteralPartWinsOverAParameter() {
        assertThat(find("GET", "/users/me"))
                .asInstanceOf(type(Router.Found.class))
                .satisfies(found -> assertThat(found.route().template()).isEqualTo("/users/me"));
    }

    @Test
    void aParameterIsOneWholePart() {
        assertThat(find("POST", "/users/a b/send"))
                .asInstanceOf(type(Router.Found.class))
                .satisfies(found -> assertThat(found.parameters()).isEqualTo(Map.of("id", "a b")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/users", "/users/", "/users/a/b", "/users//send", "//users/a"})
    void whatMatchesNoTemplateIsNowhere(String path) {
        assertThat(find("GET", path)).isInstanceOf(Router.Nowhere.class);
    }

    @Test
    void findsAParameterThatHoldsASlash() {
        assertThat(router.find("POST", List.of("users", "https://idp.example/7", "send")))
                .asInstanceOf(type(Router.Found.class))
                .satisfies(found ->
                        assertThat(found.parameters())
                                .isEqualTo(Map.of("id", "https://idp.example/7")));
    }

    @Test
    void aHeadFindsWhatAGetWould() {
        assertThat(find("HEAD", "/users/a")).isInstanceOf(Router.Found.class);
    }

    @Test
    void anotherMethodIsToldWhichThereAre() {
        assertThat(find("DELETE", "/users/a"))
                .asInstanceOf(type(Router.OtherMethods.class))
                .satisfies(others -> assertThat(others.allow()).isEqualTo("GET, HEAD, OPTIONS"));
    }

    private Router.Match find(String method, String path) {
        return router.find(method, Request.Target.split(path));
    }
}
