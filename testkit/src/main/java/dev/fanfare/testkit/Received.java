// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A publication that a [TestClient] has received.
///
/// @param json the whole frame
public record Received(JsonNode json) {
    /// @param expected compared as JSON
    public Received withData(String expected) {
        assertThat(json.path("data"))
                .as("the data of %s", json)
                .isEqualTo(JsonMapper.shared().readTree(expected));
        return this;
    }

    public Received at(long offset) {
        assertThat(offset()).as("the offset of %s", json).isEqualTo(offset);
        return this;
    }

    /// @param prev the offset before it in this subscription's view
    public Received after(long prev) {
        assertThat(prev()).as("the prev of %s", json).isEqualTo(prev);
        return this;
    }

    public Received from(String publisher) {
        assertThat(json.path("publisher").asString(""))
                .as("the publisher of %s", json)
                .isEqualTo(publisher);
        return this;
    }

    public Received named(String event) {
        assertThat(json.path("event").asString("")).as("the event of %s", json).isEqualTo(event);
        return this;
    }

    public long offset() {
        return json.path("offset").asLong();
    }

    public long prev() {
        return json.path("prev").asLong(offset() - 1);
    }
}
