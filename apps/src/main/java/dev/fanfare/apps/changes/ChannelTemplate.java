// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.changes.Row;
import dev.fanfare.changes.Value;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Rulebook;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A channel's name with the row's columns in it: `orders:{store_id}`.
final class ChannelTemplate {
    private static final Pattern COLUMN = Pattern.compile("\\{([^{}]+)}");

    private final String text;
    private final List<String> columns;
    private final Rulebook pattern;

    private ChannelTemplate(String text, List<String> columns) {
        this.text = text;
        this.columns = List.copyOf(columns);
        this.pattern = Rulebook.of(Map.of(text, ChannelRules.DEFAULT));
    }

    /// @throws IllegalArgumentException when it is no pattern of channels
    static ChannelTemplate of(String text) {
        List<String> columns = new ArrayList<>();
        Matcher matcher = COLUMN.matcher(text);
        while (matcher.find()) {
            columns.add(matcher.group(1));
        }
        String problem = Rulebook.problem(matcher.replaceAll("x"));
        if (problem != null) {
            throw new IllegalArgumentException("channel '" + text + "': " + problem);
        }
        return new ChannelTemplate(text, columns);
    }

    /// The columns it takes from a row.
    List<String> columns() {
        return columns;
    }

    /// The row's channel.
    Place place(Row row) {
        StringBuilder name = new StringBuilder();
        Matcher matcher = COLUMN.matcher(text);
        while (matcher.find()) {
            String column = matcher.group(1);
            switch (row.value(column)) {
                case Value.Text(String value) -> {
                    // `:` would lead into another pattern's channels.
                    if (value.isEmpty() || value.indexOf(':') >= 0) {
                        return new Place.Unplaced(
                                "the value of " + column + " is empty or has a colon in it");
                    }
                    matcher.appendReplacement(name, Matcher.quoteReplacement(value));
                }
                case Value.Null _ -> {
                    return new Place.Nowhere();
                }
                case Value.Unsent _ -> {
                    return new Place.Undecided(Optional.empty(), column + " was not sent");
                }
                case null -> {
                    return new Place.Undecided(Optional.empty(), "it has no column " + column);
                }
            }
        }
        String channel = matcher.appendTail(name).toString();
        String problem = Rulebook.problem(channel);
        return problem == null ? new Place.In(channel) : new Place.Unplaced(problem);
    }

    boolean matches(String channel) {
        return pattern.match(channel) != null;
    }

    @Override
    public String toString() {
        return text;
    }
}
