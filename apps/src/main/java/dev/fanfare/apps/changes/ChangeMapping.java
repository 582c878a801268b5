// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.changes.Change;
import dev.fanfare.changes.ColumnNeeds;
import dev.fanfare.changes.Operation;
import dev.fanfare.changes.Row;
import dev.fanfare.changes.Table;
import dev.fanfare.changes.Value;
import dev.fanfare.engine.Content;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A table's changes to channels, as it is configured.
///
/// **What subscribers see.** A row is in a channel while its condition holds and its columns name
/// that channel. So an update is, for the subscribers of a channel, an `insert` when the row comes
/// in by it, a `delete` when it goes out, else an `update`; a row that moves is deleted from one
/// channel and inserted into another. To know where a row was, Postgres has to send it as it was:
/// `alter table ... replica identity full`. Without, a row that goes out by an update is not told,
/// and one that comes in is an `update`; a deletion is told only when the key alone says where the
/// row was. An update that leaves alone a long value which decides is lost ([Mapped.Undecided]).
public final class ChangeMapping implements Mapping {
    private static final Pattern RENAMED = Pattern.compile("(\\S+)(?:\\s+as\\s+(\\S+))?");

    private final String name;
    private final Table table;
    private final ChannelTemplate channel;
    private final Condition condition;
    private final Set<Operation> operations;
    private final String event;
    private final Payload payload;
    private final List<String> conflateBy;
    private final ColumnNeeds needs;

    /// How a mapping is written.
    ///
    /// @param table `orders` or `sales.orders`
    /// @param channel `orders:{store_id}`, with columns of the table
    /// @param where which rows; blank for all
    /// @param operations what of `insert`, `update`, `delete`, `truncate` and `read` (a row of a
    ///   snapshot) is told; empty for all but the last
    /// @param event of the publications; `{operation}` and `{table}` stand for what happened where
    /// @param columns what is published, `total` or `total as amount`; empty for all
    /// @param numbers how those of `bigint` and `numeric` are published
    /// @param conflateBy columns that together say which publications replace each other, in a
    ///   channel that promises the latest only
    public record Described(
            String table,
            String channel,
            String where,
            List<String> operations,
            String event,
            PayloadShape payload,
            List<String> columns,
            Numbers numbers,
            List<String> conflateBy) {}

    /// What of a change is published.
    public enum PayloadShape {
        /// `{"operation", "table", "before", "after", "committedAt"}`.
        CHANGE,
        /// The row as it is, or as it was when it is gone.
        ROW
    }

    private ChangeMapping(String name, Described described) {
        this.name = name;
        this.table = Table.of(described.table);
        this.channel = ChannelTemplate.of(described.channel);
        this.condition = Condition.parse(described.where);
        this.operations = operations(described.operations);
        this.event = described.event;
        this.payload =
                new Payload(
                        switch (described.payload) {
                            case CHANGE -> Payload.Shape.CHANGE;
                            case ROW -> Payload.Shape.ROW;
                        },
                        renamed(described.columns),
                        described.numbers);
        this.conflateBy = List.copyOf(described.conflateBy);
        Set<String> decisive = new HashSet<>(channel.columns());
        decisive.addAll(condition.columns());
        Set<String> present = new HashSet<>(decisive);
        present.addAll(conflateBy);
        present.addAll(payload.columns().keySet());
        this.needs = new ColumnNeeds(present, decisive);
    }

    /// @throws IllegalArgumentException says what cannot stand
    public static ChangeMapping of(String name, Described described) {
        return new ChangeMapping(name, described);
    }

    private static Set<Operation> operations(List<String> written) {
        if (written.isEmpty()) {
            return EnumSet.complementOf(EnumSet.of(Operation.READ));
        }
        Set<Operation> found = EnumSet.noneOf(Operation.class);
        for (String word : written) {
            found.add(
                    Stream.of(Operation.values())
                            .filter(operation -> word(operation).equals(word))
                            .findFirst()
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "operation '"
                                                    + word
                                                    + "' is none of insert, update, delete,"
                                                    + " truncate, read")));
        }
        return found;
    }

    private static Map<String, String> renamed(List<String> columns) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String column : columns) {
            Matcher matcher = RENAMED.matcher(column.strip());
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "column '" + column + "' is neither a name nor 'name as other'");
            }
            String other = matcher.group(2);
            names.put(matcher.group(1), other == null ? matcher.group(1) : other);
        }
        return names;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Table table() {
        return table;
    }

    @Override
    public boolean owns(String other) {
        return channel.matches(other);
    }

    @Override
    public ColumnNeeds needs() {
        return needs;
    }

    @Override
    public Mapped map(Change change) {
        Place before = place(change.before());
        Place after = place(change.after());
        return new Mapped(publications(change, before, after), lost(change, before, after));
    }

    private List<Outgoing> publications(Change change, Place before, Place after) {
        Optional<String> was = before.channelIfKnown();
        Optional<String> is = after.channelIfKnown();
        if (change.operation() == Operation.READ) {
            return told(is, change, Operation.READ);
        }
        if (was.equals(is)) {
            return told(is, change, Operation.UPDATE);
        }
        boolean known =
                change.operation() == Operation.INSERT
                        || !(change.before().isEmpty() || before instanceof Place.Undecided);
        return Stream.concat(
                        told(was, change, Operation.DELETE).stream(),
                        told(is, change, known ? Operation.INSERT : Operation.UPDATE).stream())
                .toList();
    }

    private Place place(Row row) {
        if (row.isEmpty()) {
            return new Place.Nowhere();
        }
        return switch (condition.of(row)) {
            case FALSE -> new Place.Nowhere();
            case TRUE -> channel.place(row);
            case UNKNOWN ->
                    condition.columns().stream()
                            .filter(column -> !isSent(row.value(column)))
                            .findFirst()
                            .map(column -> undecided(channel.place(row), column))
                            .orElse(new Place.Nowhere());
        };
    }

    /// @param place where the row is if the condition holds
    private static Place undecided(Place place, String column) {
        return place instanceof Place.In(String where)
                ? new Place.Undecided(Optional.of(where), column + " was not sent")
                : place;
    }

    private static boolean isSent(@Nullable Value value) {
        return value != null && !(value instanceof Value.Unsent);
    }

    /// Of an update, where the row was is often unknown, and is no reason to doubt where it is.
    private Optional<Mapped.Lost> lost(Change change, Place before, Place after) {
        if (!operations.contains(change.operation())) {
            return Optional.empty();
        }
        Place decides = change.operation() == Operation.DELETE ? before : after;
        return switch (decides) {
            case Place.In _, Place.Nowhere _ -> Optional.empty();
            case Place.Unplaced(String reason) -> Optional.of(new Mapped.Unplaced(reason));
            case Place.Undecided(Optional<String> where, String reason) ->
                    Optional.of(
                            change.operation() == Operation.DELETE
                                    ? new Mapped.Unplaced(reason)
                                    : new Mapped.Undecided(where, reason));
        };
    }

    private List<Outgoing> told(Optional<String> where, Change change, Operation operation) {
        return where.isPresent() && operations.contains(operation)
                ? List.of(outgoing(where.get(), change, operation))
                : List.of();
    }

    @Override
    public Optional<Outgoing> emptied(Change change, String where) {
        return told(Optional.of(where), change, Operation.TRUNCATE).stream().findFirst();
    }

    private Outgoing outgoing(String where, Change change, Operation operation) {
        String word = word(operation);
        String named = event.replace("{operation}", word).replace("{table}", table.name());
        Content content = Content.of(named, payload.of(change, word)).keyed(conflationKey(change));
        return new Outgoing(
                where,
                payload.isWhole(change.row()) ? content : content.partial(),
                change.id() + "/" + name);
    }

    /// Rows with a `NULL` in the same place replace each other; one whose key is not known replaces
    /// none.
    private @Nullable String conflationKey(Change change) {
        if (conflateBy.isEmpty()) {
            return null;
        }
        StringBuilder key = new StringBuilder();
        for (String column : conflateBy) {
            switch (change.row().value(column)) {
                case Value.Text(String text) -> key.append('=').append(text).append('\0');
                case Value.Null _ -> key.append('\0');
                case Value.Unsent _ -> {
                    return change.id().toString();
                }
                case null -> {
                    return change.id().toString();
                }
            }
        }
        return key.toString();
    }

    private static String word(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }
}
