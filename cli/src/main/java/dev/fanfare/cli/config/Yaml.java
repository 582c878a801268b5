// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Reads YAML into [Node]s. A key that comes twice is refused.
final class Yaml {
    private static final YAMLMapper MAPPER =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .build();

    private Yaml() {}

    /// Where a token was read, for messages.
    @FunctionalInterface
    interface Origin {
        String at(int line);
    }

    /// @throws InvalidConfiguration when it is not YAML
    static Node read(String text, Origin origin) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonToken first = parser.nextToken();
            Node node =
                    first == null || first == JsonToken.VALUE_NULL
                            ? Node.Section.empty()
                            : node(parser, origin);
            if (first != null && parser.nextToken() != null) {
                throw new InvalidConfiguration(origin.at(line(parser)) + ": only one document.");
            }
            return node;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new InvalidConfiguration(origin.at(line) + ": this is not valid YAML: " + reason);
        }
    }

    private static Node node(JsonParser parser, Origin origin) {
        String where = origin.at(line(parser));
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            Map<String, Node> entries = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                entries.put(name, node(parser, origin));
            }
            return new Node.Section(entries, where);
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            List<Node> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(node(parser, origin));
            }
            return new Node.Items(items, where);
        }
        String text = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getString();
        return new Node.Scalar(text, where);
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
