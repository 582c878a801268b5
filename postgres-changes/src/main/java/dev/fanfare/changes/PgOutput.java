// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import dev.fanfare.changes.Message.Aside;
import dev.fanfare.changes.Message.Begin;
import dev.fanfare.changes.Message.Commit;
import dev.fanfare.changes.Message.Delete;
import dev.fanfare.changes.Message.Extent;
import dev.fanfare.changes.Message.Insert;
import dev.fanfare.changes.Message.Old;
import dev.fanfare.changes.Message.Relation;
import dev.fanfare.changes.Message.Truncate;
import dev.fanfare.changes.Message.Update;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the messages of `pgoutput`, protocol versions 1 and up, without the streaming of
/// transactions in progress, which is never asked for. Strict: a message must be known, whole, and
/// nothing more.
///
/// ```
/// B  commit:8 time:8 xid:4
/// C  flags:1 commit:8 end:8 time:8
/// R  oid:4 schema:0 table:0 identity:1 n:2 (flags:1 name:0 type:4 modifier:4)*n
/// I  oid:4 N row
/// U  oid:4 [K|O row] N row
/// D  oid:4 K|O row
/// T  n:4 options:1 oid:4*n
/// row = n:2 (n | u | t length:4 text)*n         (text ends in a zero where it says :0)
/// ```
final class PgOutput {
    /// Postgres counts its time from here, in microseconds.
    static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private static final int IN_KEY = 1;

    private PgOutput() {}

    /// @throws MalformedMessage when it is none, is cut short or too long
    static Message decode(ByteBuffer in) {
        if (!in.hasRemaining()) {
            throw new MalformedMessage("an empty message");
        }
        char kind = (char) (in.get() & 0xFF);
        try {
            Message message = body(kind, in);
            if (in.hasRemaining()) {
                throw new MalformedMessage(
                        "message '" + kind + "': bytes left over: " + in.remaining());
            }
            return message;
        } catch (BufferUnderflowException _) {
            throw new MalformedMessage("message '" + kind + "' is cut short");
        }
    }

    private static Message body(char kind, ByteBuffer in) {
        return switch (kind) {
            case 'B' -> begin(in);
            case 'C' -> commit(in);
            case 'R' -> relation(in);
            case 'I' -> new Insert(in.getInt(), newRow(in, in.get()));
            case 'U' -> update(in);
            case 'D' -> delete(in);
            case 'T' -> truncate(in);
            case 'Y', 'O', 'M' -> aside(kind, in);
            default ->
                    throw new MalformedMessage(
                            "unknown message '" + kind + "' (" + (int) kind + ")");
        };
    }

    private static Begin begin(ByteBuffer in) {
        long commit = in.getLong();
        Instant committedAt = time(in.getLong());
        return new Begin(commit, committedAt, Integer.toUnsignedLong(in.getInt()));
    }

    private static Commit commit(ByteBuffer in) {
        in.get();
        Commit commit = new Commit(in.getLong(), in.getLong());
        in.getLong();
        return commit;
    }

    /// @param micros since 2000
    private static Instant time(long micros) {
        return EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static Relation relation(ByteBuffer in) {
        int oid = in.getInt();
        String schema = string(in);
        Table table = new Table(schema.isEmpty() ? "pg_catalog" : schema, string(in));
        in.get();
        int count = count(in.getShort());
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Column.Role role = (in.get() & IN_KEY) != 0 ? Column.Role.KEY : Column.Role.PLAIN;
            columns.add(new Column(string(in), in.getInt(), role));
            in.getInt();
        }
        return new Relation(oid, table, columns);
    }

    private static Update update(ByteBuffer in) {
        int relation = in.getInt();
        byte part = in.get();
        @Nullable Old before = null;
        if (part == 'K' || part == 'O') {
            before = old(part, in);
            part = in.get();
        }
        return new Update(relation, before, newRow(in, part));
    }

    private static Delete delete(ByteBuffer in) {
        return new Delete(in.getInt(), old(in.get(), in));
    }

    private static Old old(byte part, ByteBuffer in) {
        return switch (part) {
            case 'K' -> new Old(Extent.KEY, row(in));
            case 'O' -> new Old(Extent.FULL, row(in));
            default -> throw new MalformedMessage("a row before begins with " + part);
        };
    }

    private static List<Value> newRow(ByteBuffer in, byte part) {
        if (part != 'N') {
            throw new MalformedMessage("a row after begins with " + part);
        }
        return row(in);
    }

    private static List<Value> row(ByteBuffer in) {
        Value[] values = new Value[count(in.getShort())];
        for (int i = 0; i < values.length; i++) {
            byte kind = in.get();
            values[i] =
                    switch (kind) {
                        case 'n' -> Value.NULL;
                        case 'u' -> Value.UNSENT;
                        case 't' -> Value.of(text(in));
                        default -> throw new MalformedMessage("a value begins with " + kind);
                    };
        }
        return List.of(values);
    }

    private static Truncate truncate(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / Integer.BYTES) {
            throw new MalformedMessage("tables truncated: " + count);
        }
        in.get();
        List<Integer> relations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            relations.add(in.getInt());
        }
        return new Truncate(relations);
    }

    private static Aside aside(char kind, ByteBuffer in) {
        switch (kind) {
            case 'Y' -> {
                in.getInt();
                string(in);
                string(in);
            }
            case 'O' -> {
                in.getLong();
                string(in);
            }
            default -> {
                in.get();
                in.getLong();
                string(in);
                text(in);
            }
        }
        return new Aside(kind);
    }

    private static int count(short sent) {
        if (sent < 0) {
            throw new MalformedMessage("columns: " + sent);
        }
        return sent;
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new MalformedMessage("length of a text: " + length);
        }
        return take(in, length);
    }

    private static String string(ByteBuffer in) {
        int end = in.position();
        while (end < in.limit() && in.get(end) != 0) {
            end++;
        }
        if (end == in.limit()) {
            throw new BufferUnderflowException();
        }
        String string = take(in, end - in.position());
        in.get();
        return string;
    }

    private static String take(ByteBuffer in, int length) {
        byte[] array = in.array();
        String taken =
                new String(array, in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return taken;
    }
}
