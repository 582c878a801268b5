// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfare.core.InvalidMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    record Order(
            String id,
            int count,
            boolean urgent,
            @Nullable String note,
            @Nullable List<Item> items) {
        Order {
            if (count < 0) {
                throw new IllegalArgumentException("'count' must not be negative.");
            }
        }
    }

    record Item(String sku, long quantity) {}

    record Strict(String id) {
        Strict {
            Objects.requireNonNull(id);
        }
    }

    @Test
    void readsARecordAndIgnoresWhatItDoesNotKnow() throws InvalidMessage {
        assertThat(read("{'id':'7','count':2,'urgent':true,'more':[1]}"))
                .isEqualTo(new Order("7", 2, true, null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'count':1,'urgent':true} | id | 'id' is missing.",
                "{'id':null,'count':1,'urgent':true} | id | 'id' is missing.",
                "{'id':'7','urgent':true} | count | 'count' is missing.",
                "{'id':'7','count':'1','urgent':true} | count | 'count' must be a whole number.",
                "{'id':'7','count':1.5,'urgent':true} | count | 'count' must be a whole number.",
                "{'id':'7','count':99999999999,'urgent':true} | count | 'count' must be a whole number.",
                "{'id':'7','count':1,'urgent':'yes'} | urgent | 'urgent' must be true or false.",
                "{'id':7,'count':1,'urgent':true} | id | 'id' must be a text.",
                "{'id':{},'count':1,'urgent':true} | id | 'id' must be a text.",
                "{'id':'7','count':1,'urgent':true,'items':3} | items | 'items' must be a list.",
            })
    void namesTheFieldThatIsWrong(String json, String field, String problem) {
        assertThatExceptionOfType(InvalidMessage.class)
                .isThrownBy(() -> read(json))
                .satisfies(invalid -> {
                    assertThat(invalid.refusal().field()).isEqualTo(field);
                    assertThat(invalid.refusal().message()).isEqualTo(problem);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {"[1]", "3", "{", "{'x':1,'x':2}", "{} {}", "\"\""})
    void refusesWhatIsNoObjectAndRepeatsNothingOfIt(String json) {
        assertThatExceptionOfType(InvalidMessage.class)
                .isThrownBy(() -> read(json))
                .satisfies(
                        invalid -> assertThat(invalid.refusal().message()).startsWith("The data"));
    }

    @Test
    void refusesNull() {
        assertThatExceptionOfType(InvalidMessage.class).isThrownBy(() -> read("null"));
    }

    @Test
    void refusesDeepNesting() {
        String deep = "{'id':" + "[".repeat(40) + "]".repeat(40) + "}";
        assertThatExceptionOfType(InvalidMessage.class).isThrownBy(() -> read(deep));
    }

    @Test
    void saysWhatARecordsOwnConstructorSays() {
        assertThatExceptionOfType(InvalidMessage.class)
                .isThrownBy(() -> read("{'id':'7','count':-1,'urgent':true}"))
                .withMessage("'count' must not be negative.");
    }

    @Test
    void findsTheFieldThatAConstructorMisses() {
        assertThatExceptionOfType(InvalidMessage.class)
                .isThrownBy(() -> Json.read("{}".getBytes(StandardCharsets.UTF_8), Strict.class))
                .withMessage("'id' is missing.");
    }

    @Test
    void cutsTheValuesOfAnObjectAsTheyStand() {
        byte[] json =
                "{ \"a\" : 1.10 , \"b\":{\"c\" : [1, 2]},\"d\":\"x\\n\\u00e9\",\"e\":true }"
                        .getBytes(StandardCharsets.UTF_8);

        assertThat(Json.slices(json))
                .hasEntrySatisfying("a", value -> assertThat(value).asString().isEqualTo("1.10"))
                .hasEntrySatisfying(
                        "b", value -> assertThat(value).asString().isEqualTo("{\"c\" : [1, 2]}"))
                .hasEntrySatisfying(
                        "d", value -> assertThat(value).asString().isEqualTo("\"x\\n\\u00e9\""))
                .hasEntrySatisfying("e", value -> assertThat(value).asString().isEqualTo("true"));
    }

    private static Order read(String json) throws InvalidMessage {
        return Json.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Order.class);
    }
}
