// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.core.Candidate;
import dev.fanfare.engine.Content;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class PayloadFilterTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private static boolean passes(String filter, String payload) {
        return PayloadFilter.of(filter)
                .passes(new Candidate(Content.of(payload.getBytes(StandardCharsets.UTF_8))));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    {"field":"a","eq":1}              | {"a":1}               | true
                    {"field":"a","eq":1}              | {"a":1.00}            | true
                    {"field":"a","eq":1000}           | {"a":1e3}             | true
                    {"field":"a","eq":0.1}            | {"a":0.1000000000000000055511151231257827} | false
                    {"field":"a","eq":9007199254740993} | {"a":9007199254740992} | false
                    {"field":"a","eq":1}              | {"a":"1"}             | false
                    {"field":"a","eq":0}              | {"a":-0.0}            | true
                    {"field":"a","eq":"x"}            | {"a":"x"}             | true
                    {"field":"a","eq":"é"}            | {"a":"\\u00e9"}       | true
                    {"field":"a","eq":"x"}            | {"a":"X"}             | false
                    {"field":"a","eq":true}           | {"a":true}            | true
                    {"field":"a","eq":true}           | {"a":1}               | false
                    {"field":"a","eq":null}           | {"a":null}            | true
                    {"field":"a","eq":null}           | {}                    | false
                    {"field":"a","ne":1}              | {"a":2}               | true
                    {"field":"a","ne":1}              | {"a":1.0}             | false
                    {"field":"a","ne":1}              | {"a":"2"}             | false
                    {"field":"a","ne":1}              | {}                    | false
                    {"not":{"field":"a","eq":1}}      | {}                    | true
                    {"not":{"field":"a","eq":1}}      | {"a":"2"}             | true
                    {"field":"a","lt":2}              | {"a":1.999}           | true
                    {"field":"a","lt":2}              | {"a":2}               | false
                    {"field":"a","lte":2}             | {"a":2.0}             | true
                    {"field":"a","gt":-1e100}         | {"a":-1e99}           | true
                    {"field":"a","gt":1}              | {"a":"2"}             | false
                    {"field":"a","gte":"2026-01"}     | {"a":"2026-02-03"}    | true
                    {"field":"a","in":[1,"x",null]}   | {"a":"x"}             | true
                    {"field":"a","in":[1,"x",null]}   | {"a":null}            | true
                    {"field":"a","in":[1,"x",null]}   | {"a":true}            | false
                    {"field":"a","exists":true}       | {"a":null}            | true
                    {"field":"a","exists":true}       | {"a":[]}              | true
                    {"field":"a","exists":true}       | {"b":1}               | false
                    {"field":"a","exists":false}      | {"b":1}               | true
                    {"field":"a","prefix":"ab"}       | {"a":"abc"}           | true
                    {"field":"a","prefix":"ab"}       | {"a":"b"}             | false
                    {"field":"a.b","eq":1}            | {"a":{"b":1}}         | true
                    {"field":"a.b","eq":1}            | {"a":[{"b":1}]}       | false
                    {"field":"a.b","eq":1}            | {"a.b":1}             | false
                    {"field":"a.b","eq":1}            | {"a":"b"}             | false
                    {"field":"a","eq":1}              | [1]                   | false
                    {"field":"a","eq":1}              | no JSON               | false
                    {"field":"a","eq":1}              | {"a":1                | false
                    {"field":"a","exists":false}      | no JSON               | true
                    {"field":"a","gt":1}              | {"a":1e99999999999}   | false
                    {"field":"b","eq":1}              | {"a":1e99999999999,"b":1} | true
                    """)
    void aVerdictIsWhatTheSpecificationSays(String filter, String payload, boolean verdict) {
        assertThat(passes(filter, payload)).isEqualTo(verdict);
    }

    @Test
    void filtersThatSayTheSameAreEqual() {
        PayloadFilter one = PayloadFilter.of("{\"field\":\"a.b\",\"gt\":100}");
        PayloadFilter other = PayloadFilter.of("{ \"gt\": 1.00e2, \"field\": \"a.b\" }");
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one).isNotEqualTo(PayloadFilter.of("{\"field\":\"a.b\",\"gte\":100}"));
    }

    @Test
    void whatIsWrongIsSaidByName() {
        assertThatThrownBy(() -> PayloadFilter.of("{\"and\":[{\"field\":\"a\",\"like\":\"x\"}]}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("filter.and[0]: ");
    }

    @Property(tries = 3_000)
    void aVerdictIsThatOfANaiveReading(
            @ForAll("filters") String filter, @ForAll("payloads") String payload) {
        boolean verdict = naive(JSON.readTree(filter), JSON.readTree(payload));
        Statistics.collect(verdict);
        assertThat(passes(filter, payload)).isEqualTo(verdict);
    }

    /// The same language, over a parsed tree and in other words.
    private static boolean naive(JsonNode filter, JsonNode payload) {
        if (filter.has("and")) {
            return filter.get("and").valueStream().allMatch(one -> naive(one, payload));
        }
        if (filter.has("or")) {
            return filter.get("or").valueStream().anyMatch(one -> naive(one, payload));
        }
        if (filter.has("not")) {
            return !naive(filter.get("not"), payload);
        }
        JsonNode found = payload;
        for (String name : filter.get("field").stringValue().split("\\.", -1)) {
            found = found != null && found.isObject() ? found.get(name) : null;
        }
        String operator =
                filter.propertyNames().stream()
                        .filter(name -> !name.equals("field"))
                        .findFirst()
                        .orElseThrow();
        JsonNode wanted = filter.get(operator);
        JsonNode there = found;
        return switch (operator) {
            case "exists" -> wanted.booleanValue() == (there != null);
            case "in" -> wanted.valueStream().anyMatch(one -> order(there, one) == 0);
            case "prefix" ->
                    there != null
                            && there.isString()
                            && there.stringValue().startsWith(wanted.stringValue());
            case "eq" -> order(there, wanted) == 0;
            case "ne" -> Math.abs(order(there, wanted)) == 1;
            case "lt" -> order(there, wanted) == -1;
            case "lte" -> order(there, wanted) == -1 || order(there, wanted) == 0;
            case "gt" -> order(there, wanted) == 1;
            case "gte" -> order(there, wanted) == 1 || order(there, wanted) == 0;
            default -> throw new AssertionError(operator);
        };
    }

    /// -1, 0 or 1; or 7 where the two cannot be compared.
    private static int order(@Nullable JsonNode there, JsonNode wanted) {
        if (there == null || there.getNodeType() != wanted.getNodeType()) {
            return 7;
        }
        return switch (there.getNodeType()) {
            case STRING -> Integer.signum(there.stringValue().compareTo(wanted.stringValue()));
            case NUMBER ->
                    new BigDecimal(there.toString()).compareTo(new BigDecimal(wanted.toString()));
            case BOOLEAN -> Boolean.compare(there.booleanValue(), wanted.booleanValue());
            case NULL -> 0;
            default -> 7;
        };
    }

    @Provide
    Arbitrary<String> payloads() {
        return objects(2);
    }

    private static Arbitrary<String> objects(int depth) {
        Arbitrary<String> values =
                depth == 0
                        ? scalars()
                        : Arbitraries.frequencyOf(
                                Tuple.of(4, scalars()),
                                Tuple.of(2, objects(depth - 1)),
                                Tuple.of(1, Arbitraries.of("[]", "[1]", "[{\"a\":1}]")));
        return Arbitraries.maps(names(), values)
                .ofMaxSize(3)
                .map(fields ->
                        "{"
                                + String.join(
                                        ",",
                                        fields.entrySet().stream()
                                                .map(f -> "\"" + f.getKey() + "\":" + f.getValue())
                                                .toList())
                                + "}");
    }

    private static Arbitrary<String> names() {
        return Arbitraries.of("a", "b", "c");
    }

    private static Arbitrary<String> scalars() {
        return Arbitraries.of(
                "null",
                "true",
                "false",
                "0",
                "-0",
                "1",
                "1.0",
                "1e0",
                "2",
                "-1.5",
                "10",
                "1E1",
                "123456789012345678901234567890",
                "0.1",
                "0.10",
                "\"\"",
                "\"a\"",
                "\"ab\"",
                "\"\\u0061b\"",
                "\"1\"",
                "\"é\"",
                "\"\\ud83d\\ude00\"");
    }

    @Provide
    Arbitrary<String> filters() {
        return filters(3);
    }

    private static Arbitrary<String> filters(int depth) {
        if (depth == 0) {
            return terms();
        }
        Arbitrary<String> several =
                filters(depth - 1)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(3)
                        .map(all -> "[" + String.join(",", all) + "]");
        return Arbitraries.oneOf(
                terms(),
                several.map(all -> "{\"and\":" + all + "}"),
                several.map(all -> "{\"or\":" + all + "}"),
                filters(depth - 1).map(one -> "{\"not\":" + one + "}"));
    }

    private static Arbitrary<String> terms() {
        Arbitrary<String> paths =
                names().list().ofMinSize(1).ofMaxSize(3).map(all -> String.join(".", all));
        Arbitrary<String> ordered =
                scalars().filter(one -> !List.of("null", "true", "false").contains(one));
        Arbitrary<String> tests =
                Arbitraries.oneOf(
                        scalars().map(one -> "\"eq\":" + one),
                        scalars().filter(one -> !one.equals("null")).map(one -> "\"ne\":" + one),
                        Combinators.combine(Arbitraries.of("lt", "lte", "gt", "gte"), ordered)
                                .as((name, one) -> "\"" + name + "\":" + one),
                        scalars()
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(4)
                                .map(all -> "\"in\":[" + String.join(",", all) + "]"),
                        Arbitraries.of("\"exists\":true", "\"exists\":false"),
                        scalars()
                                .filter(one -> one.startsWith("\""))
                                .map(one -> "\"prefix\":" + one));
        return Combinators.combine(paths, tests)
                .as((path, test) -> "{\"field\":\"" + path + "\"," + test + "}");
    }

    @Test
    void aHostileFilterOrPayloadGetsARefusalOrAVerdictAndNothingElse() {
        List<String> seeds =
                List.of(
                        "{\"and\":[{\"field\":\"price\",\"gt\":100},{\"field\":\"s\",\"in\":[\"E\",1]}]}",
                        "{\"or\":[{\"not\":{\"field\":\"a.b\",\"prefix\":\"x\"}},{\"field\":\"a\",\"eq\":null}]}",
                        "{\"field\":\"a\",\"exists\":true}",
                        "{\"price\":1e3,\"a\":{\"b\":\"xy\"},\"s\":[1,{}]}",
                        "{\"not\":".repeat(40),
                        "{\"and\":[".repeat(500),
                        "[".repeat(2_000),
                        "{\"field\":\"a\",\"eq\":" + "9".repeat(1_200) + "}",
                        "{\"field\":\"a\",\"eq\":1e" + "9".repeat(200) + "}");
        SplittableRandom random = new SplittableRandom(20_261_121);
        int understood = 0;
        for (int i = 0; i < 20_000; i++) {
            String filter = mutated(seeds, random);
            String payload = mutated(seeds, random);
            try {
                passes(filter, payload);
                understood++;
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).startsWith("filter");
            }
        }
        assertThat(understood).isBetween(500, 19_500);
    }

    private static String mutated(List<String> seeds, SplittableRandom random) {
        StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, "{}[]\",:\\u0-1e. tfn".charAt(random.nextInt(18)));
                case 1 -> text.deleteCharAt(at).append(' ');
                case 2 -> text.insert(at, seeds.get(random.nextInt(4)));
                default -> text.setLength(at + 1);
            }
        }
        return text.toString();
    }
}
