// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import org.jspecify.annotations.Nullable;

/// Bytes that are no frame. Its message is one sentence for whoever sent them: it names the field,
/// what kind of value stood there and the limit, and repeats nothing of the input.
public final class BadFrame extends Exception {
    private final Code code;
    private final @Nullable String field;
    private final @Nullable String limit;
    private final long id;

    public enum Code {
        BAD_REQUEST,
        MESSAGE_TOO_LARGE,
        UNKNOWN_COMMAND
    }

    BadFrame(Code code, @Nullable String field, @Nullable String limit, String message) {
        this(code, field, limit, message, 0);
    }

    private BadFrame(
            Code code, @Nullable String field, @Nullable String limit, String message, long id) {
        // A value that travels as an exception: without the price of a stack trace.
        super(message, null, false, false);
        this.code = code;
        this.field = field;
        this.limit = limit;
        this.id = id;
    }

    static BadFrame field(String field, String message) {
        return new BadFrame(Code.BAD_REQUEST, field, null, message);
    }

    BadFrame id(long known) {
        return new BadFrame(code, field, limit, message(), known);
    }

    public Code code() {
        return code;
    }

    /// One sentence.
    public String message() {
        String message = getMessage();
        return message == null ? code.name() : message;
    }

    /// The offending field, or null.
    public @Nullable String field() {
        return field;
    }

    /// The name of the limit that was met, or null.
    public @Nullable String limit() {
        return limit;
    }

    /// The command's id, or 0 when it has none or it could not be read.
    public long id() {
        return id;
    }
}
