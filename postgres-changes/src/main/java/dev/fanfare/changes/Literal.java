// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes apart the texts of arrays and rows.
///
/// ```
/// array = [ bounds "=" ] list       list = "{" [ item { delimiter item } ] "}"
/// item  = list | "NULL" | quoted | plain
/// row   = "(" field { "," field } ")"       field = "" (NULL) | quoted | plain
/// ```
///
/// In quotes a backslash takes the next character as it is, and in a row so does a doubled quote.
///
/// Source: PostgreSQL documentation, "Array Input and Output Syntax" and "Composite Type Input and
/// Output Syntax".
public final class Literal {
    private final String text;
    private final char delimiter;
    private int at;

    private Literal(String text, char delimiter) {
        this.text = text;
        this.delimiter = delimiter;
    }

    /// @return each is a `String`, null, or a list of the same
    /// @throws IllegalArgumentException when it is not the text of an array
    public static List<@Nullable Object> array(String text, char delimiter) {
        Literal literal = new Literal(text, delimiter);
        if (text.startsWith("[")) {
            literal.at = text.indexOf('=') + 1;
        }
        List<@Nullable Object> items = literal.list();
        literal.end();
        return items;
    }

    /// @throws IllegalArgumentException when it is not the text of a row
    public static List<@Nullable String> row(String text) {
        Literal literal = new Literal(text, ',');
        literal.expect('(');
        List<@Nullable String> fields = new ArrayList<>();
        do {
            fields.add(literal.field());
        } while (literal.takes(','));
        literal.expect(')');
        literal.end();
        return fields;
    }

    private List<@Nullable Object> list() {
        expect('{');
        List<@Nullable Object> items = new ArrayList<>();
        if (takes('}')) {
            return items;
        }
        do {
            items.add(item());
        } while (takes(delimiter));
        expect('}');
        return items;
    }

    private @Nullable Object item() {
        char next = peek();
        if (next == '{') {
            return list();
        }
        if (next == '"') {
            return word('}');
        }
        String word = word('}');
        return word.equals("NULL") ? null : word;
    }

    private @Nullable String field() {
        char next = peek();
        return next == ',' || next == ')' ? null : word(')');
    }

    /// Up to a delimiter or the end of what it stands in, without its quotes.
    private String word(char closing) {
        StringBuilder word = new StringBuilder();
        boolean isQuoted = false;
        while (isQuoted || peek() != delimiter && peek() != closing) {
            char next = take();
            if (next == '\\') {
                word.append(take());
            } else if (next != '"') {
                word.append(next);
            } else if (isQuoted && closing == ')' && takes('"')) {
                word.append('"');
            } else {
                isQuoted = !isQuoted;
            }
        }
        return word.toString();
    }

    private char peek() {
        if (at >= text.length()) {
            throw problem();
        }
        return text.charAt(at);
    }

    private char take() {
        char next = peek();
        at++;
        return next;
    }

    private boolean takes(char wanted) {
        boolean isNext = at < text.length() && text.charAt(at) == wanted;
        at += isNext ? 1 : 0;
        return isNext;
    }

    private void expect(char wanted) {
        if (!takes(wanted)) {
            throw problem();
        }
    }

    private void end() {
        if (at != text.length()) {
            throw problem();
        }
    }

    private IllegalArgumentException problem() {
        return new IllegalArgumentException("not an array or a row, at character " + (at + 1));
    }
}
