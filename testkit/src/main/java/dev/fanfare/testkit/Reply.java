// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Position;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The answer to one command of a [TestClient]. It is waited for when it is first asked about; a
/// test that does not ask does not wait.
public final class Reply {
    private final WebSocketClient socket;
    private final JsonNode command;
    private @Nullable JsonNode answer;

    Reply(WebSocketClient socket, JsonNode command) {
        this.socket = socket;
        this.command = command;
    }

    /// As it came.
    public JsonNode json() {
        JsonNode known = answer;
        if (known == null) {
            long id = command.path("id").asLong();
            known =
                    socket.receivesJson(
                            "the answer to " + command,
                            WebSocketClient.PATIENCE,
                            json -> json.path("id").asLong(0) == id);
            answer = known;
        }
        return known;
    }

    public JsonNode is(String type) {
        assertThat(json().path("type").asString(""))
                .as("the type of the answer to %s: %s", command, json())
                .isEqualTo(type);
        return json();
    }

    /// @return the session's id
    public String isConnected() {
        return is("connected").path("session").asString("");
    }

    /// The subscription is live.
    ///
    /// @return from where on
    public Position isLive() {
        return position(is("subscribed").path("position"));
    }

    /// The publication is stored.
    ///
    /// @return where
    public Position isStored() {
        return position(is("published").path("position"));
    }

    /// Live, and everything after the position asked for follows.
    public Position hasRecovered() {
        Position live = isLive();
        assertThat(recovered(json())).as("%s", json()).isEqualTo(Recovered.YES);
        return live;
    }

    /// Live, and something is lost.
    public Position hasNotRecovered() {
        Position live = isLive();
        assertThat(recovered(json())).as("%s", json()).isEqualTo(Recovered.NO);
        return live;
    }

    /// A handler's answer.
    ///
    /// @param json compared as JSON
    public void answers(String json) {
        assertThat(is("reply").path("data"))
                .as("the data of the answer to %s", command)
                .isEqualTo(JsonMapper.shared().readTree(json));
    }

    /// @param code one of the protocol's error codes
    /// @return the error, for its field, limit and the rest
    public JsonNode isRefusedWith(String code) {
        JsonNode error = is("error");
        assertThat(error.path("code").asString("")).as("%s", error).isEqualTo(code);
        return error;
    }

    static Recovered recovered(JsonNode subscribed) {
        if (!subscribed.has("recovered")) {
            return Recovered.NOT_ASKED;
        }
        return subscribed.get("recovered").asBoolean() ? Recovered.YES : Recovered.NO;
    }

    static Position position(JsonNode json) {
        return new Position(
                json.path("epoch").asString(""),
                json.path("offset").asLong(),
                json.path("tag").asString(""));
    }
}
