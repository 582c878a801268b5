// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Inbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which rules a channel has, by the pattern its name matches: `orders:{storeId}`, where `{...}`
/// stands for one or more characters other than `:`. The pattern that begins with the most literal
/// characters wins. Also how much waits for a user who is away.
public final class Rulebook {
    private static final int MAX_NAME = 255;

    private final List<Entry> entries = new ArrayList<>();

    private record Entry(Pattern pattern, ChannelRules rules) {}

    private Inbox.Bounds inboxes = Inbox.Bounds.DEFAULT;

    private Rulebook() {}

    /// The rules of one channel, and what its name has at the captures.
    public record Match(ChannelRules rules, Map<String, String> captures) {}

    public static Rulebook of(Map<String, ChannelRules> byPattern) {
        Rulebook book = new Rulebook();
        new LinkedHashMap<>(byPattern)
                .forEach((pattern, rules) ->
                        book.entries.add(new Entry(Pattern.of(pattern), rules)));
        book.entries.sort((a, b) -> Integer.compare(b.pattern.literal(), a.pattern.literal()));
        return book;
    }

    /// The same rules, with other bounds for what waits for users.
    public Rulebook inboxes(Inbox.Bounds bounds) {
        Rulebook book = new Rulebook();
        book.entries.addAll(entries);
        book.inboxes = bounds;
        return book;
    }

    Inbox.Bounds inboxes() {
        return inboxes;
    }

    /// Null when no pattern matches.
    public @Nullable Match match(String channel) {
        for (Entry entry : entries) {
            Map<String, String> captures = entry.pattern.match(channel);
            if (captures != null) {
                return new Match(entry.rules, captures);
            }
        }
        return null;
    }

    /// What is wrong with a channel's name, or null: 1 to 255 of `A-Z a-z 0-9 : _ - . / @ + = ~ #`,
    /// and no `..`.
    public static @Nullable String problem(String channel) {
        if (channel.isEmpty() || channel.length() > MAX_NAME) {
            return "A channel's name has 1 to "
                    + MAX_NAME
                    + " characters, this one "
                    + channel.length()
                    + ".";
        }
        for (int i = 0; i < channel.length(); i++) {
            if (!legal(channel.charAt(i))) {
                return "A channel's name has letters, digits and :_-./@+=~# only; character "
                        + (i + 1)
                        + " is another.";
            }
        }
        return channel.contains("..") ? "A channel's name must not contain '..'." : null;
    }

    private static boolean legal(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || ":_-./@+=~#".indexOf(c) >= 0;
    }

    /// Literal pieces with captures between them: literals has one more element than names.
    private record Pattern(List<String> literals, List<String> names) {
        static Pattern of(String text) {
            List<String> literals = new ArrayList<>();
            List<String> names = new ArrayList<>();
            int from = 0;
            for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
                int end = text.indexOf('}', open);
                if (end <= open + 1 || (open == from && !names.isEmpty())) {
                    throw new IllegalArgumentException(
                            "channel pattern '"
                                    + text
                                    + "': needs {name}, with a literal between two");
                }
                literals.add(text.substring(from, open));
                names.add(text.substring(open + 1, end));
                from = end + 1;
            }
            literals.add(text.substring(from));
            return new Pattern(List.copyOf(literals), List.copyOf(names));
        }

        int literal() {
            return names.isEmpty() ? Integer.MAX_VALUE : literals.getFirst().length();
        }

        @Nullable Map<String, String> match(String channel) {
            if (names.isEmpty()) {
                return channel.equals(literals.getFirst()) ? Map.of() : null;
            }
            if (!channel.startsWith(literals.getFirst())) {
                return null;
            }
            Map<String, String> captures = new HashMap<>();
            int at = literals.getFirst().length();
            for (int i = 0; i < names.size(); i++) {
                String next = literals.get(i + 1);
                boolean last = i == names.size() - 1;
                int end =
                        last && next.isEmpty()
                                ? channel.length()
                                : last
                                        ? channel.length() - next.length()
                                        : channel.indexOf(next, at);
                if (end <= at || !channel.startsWith(next, end)) {
                    return null;
                }
                String value = channel.substring(at, end);
                if (value.indexOf(':') >= 0) {
                    return null;
                }
                captures.put(names.get(i), value);
                at = end + next.length();
            }
            return Map.copyOf(captures);
        }
    }
}
