// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a [Condition].
///
/// ```
/// either     = all { "or" all }
/// all        = one { "and" one }
/// one        = "not" one | "(" either ")" | comparison
/// comparison = column ( relation literal | "is" ["not"] "null" | "in" "(" literal { "," literal } ")" ) | column
/// relation   = "=" | "!=" | "<>" | "<" | "<=" | ">" | ">="
/// literal    = number | 'text' | "true" | "false"
/// column     = a word, or anything in double quotes
/// ```
///
/// A column alone is true when it is `true`.
final class ConditionParser {
    private static final int MOST_DEPTH = 32;
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*(?:(?<text>'(?:[^']|'')*')|(?<quoted>\"[^\"]+\")"
                            + "|(?<number>-?\\d+(?:\\.\\d+)?)|(?<word>[A-Za-z_][A-Za-z0-9_]*)"
                            + "|(?<sign><=|>=|<>|!=|[=<>(),]))\\s*");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private enum Kind {
        TEXT,
        QUOTED,
        NUMBER,
        WORD,
        SIGN,
        END
    }

    private record Token(Kind kind, String text, int column) {
        boolean is(String word) {
            return (kind == Kind.WORD || kind == Kind.SIGN) && text.equalsIgnoreCase(word);
        }
    }

    ConditionParser(String source) {
        this.source = source;
        Matcher matcher = TOKEN.matcher(source);
        int from = 0;
        while (from < source.length()) {
            if (!matcher.find(from) || matcher.start() != from) {
                throw problem("cannot be read", from);
            }
            for (Kind kind : Kind.values()) {
                String name = kind.name().toLowerCase(Locale.ROOT);
                if (kind != Kind.END && matcher.group(name) != null) {
                    tokens.add(new Token(kind, matcher.group(name), matcher.start(name)));
                }
            }
            from = matcher.end();
        }
        tokens.add(new Token(Kind.END, "", source.length()));
    }

    Condition parse() {
        Condition condition = either(0);
        if (peek().kind() != Kind.END) {
            throw problem("does not end here", peek().column());
        }
        return condition;
    }

    private Condition either(int depth) {
        List<Condition> parts = new ArrayList<>(List.of(all(depth)));
        while (takes("or")) {
            parts.add(all(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.Or(List.copyOf(parts));
    }

    private Condition all(int depth) {
        List<Condition> parts = new ArrayList<>(List.of(one(depth)));
        while (takes("and")) {
            parts.add(one(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.And(List.copyOf(parts));
    }

    private Condition one(int depth) {
        if (depth > MOST_DEPTH) {
            throw problem("is nested more than " + MOST_DEPTH + " deep", peek().column());
        }
        if (takes("not")) {
            return new Condition.Not(one(depth + 1));
        }
        if (takes("(")) {
            Condition inner = either(depth + 1);
            expect(")");
            return inner;
        }
        return comparison(column());
    }

    private String column() {
        Token token = next();
        return switch (token.kind()) {
            case WORD -> token.text();
            case QUOTED -> token.text().substring(1, token.text().length() - 1);
            case TEXT, NUMBER, SIGN, END -> throw problem("needs a column", token.column());
        };
    }

    private Condition comparison(String column) {
        if (takes("is")) {
            boolean negated = takes("not");
            expect("null");
            Condition isNull = new Condition.IsNull(column);
            return negated ? new Condition.Not(isNull) : isNull;
        }
        if (takes("in")) {
            expect("(");
            List<Condition> parts = new ArrayList<>();
            do {
                parts.add(new Condition.Compare(column, Condition.Relation.EQUAL, literal()));
            } while (takes(","));
            expect(")");
            return new Condition.Or(List.copyOf(parts));
        }
        String sign = peek().text().equals("<>") ? "!=" : peek().text();
        return Arrays.stream(Condition.Relation.values())
                .filter(relation -> peek().kind() == Kind.SIGN && relation.sign.equals(sign))
                .findFirst()
                .map(relation -> {
                    next();
                    return new Condition.Compare(column, relation, literal());
                })
                .orElseGet(() ->
                        new Condition.Compare(
                                column,
                                Condition.Relation.EQUAL,
                                new Condition.Literal.Flag(true)));
    }

    private Condition.Literal literal() {
        Token token = next();
        if (token.is("true") || token.is("false")) {
            return new Condition.Literal.Flag(token.is("true"));
        }
        return switch (token.kind()) {
            case TEXT ->
                    new Condition.Literal.Characters(
                            token.text()
                                    .substring(1, token.text().length() - 1)
                                    .replace("''", "'"));
            case NUMBER -> new Condition.Literal.Numeric(new BigDecimal(token.text()));
            case WORD, QUOTED, SIGN, END ->
                    throw problem(
                            "needs a number, a 'text', true or false to compare with",
                            token.column());
        };
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private boolean takes(String word) {
        boolean there = peek().is(word);
        if (there) {
            next();
        }
        return there;
    }

    private void expect(String word) {
        if (!takes(word)) {
            throw problem("needs '" + word + "'", peek().column());
        }
    }

    private IllegalArgumentException problem(String what, int column) {
        return new IllegalArgumentException(
                "the condition \"%s\" %s at character %d".formatted(source, what, column + 1));
    }
}
