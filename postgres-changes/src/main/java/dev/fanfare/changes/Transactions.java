// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import dev.fanfare.changes.Message.Begin;
import dev.fanfare.changes.Message.Commit;
import dev.fanfare.changes.Message.Extent;
import dev.fanfare.changes.Message.Old;
import dev.fanfare.changes.Message.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes batches of changes out of the messages of one connection. What the listener has had is not
/// told again: a transaction that comes a second time goes on where it broke off, as its changes
/// are numbered the same each time, counting those of tables nobody asked for.
///
/// One thread.
final class Transactions {
    /// Characters of text that are held at most, and what a single change brings beyond them.
    static final long MOST_HELD = 4L << 20;

    private final Progress progress;
    private final Consumer<Batch> listener;
    private final FollowedTables followed;
    private final int batch;

    private final Map<Integer, Relation> relations = new HashMap<>();
    private List<Change> held = new ArrayList<>();
    private long heldText;
    private @Nullable Begin open;
    private long sequence;

    /// @param followed whose changes the listener is told
    /// @param batch changes that are held at most
    Transactions(Progress progress, Consumer<Batch> listener, FollowedTables followed, int batch) {
        this.progress = progress;
        this.listener = listener;
        this.followed = followed;
        this.batch = batch;
    }

    /// Whether the server is between the begin and the commit of one.
    boolean inOne() {
        return open != null;
    }

    /// @return where the log may be forgotten up to, when that has moved; else 0
    long accept(Message message) {
        switch (message) {
            case Begin begin -> begin(begin);
            case Commit commit -> {
                return commit(commit);
            }
            case Relation relation -> {
                followed.check(relation);
                relations.put(relation.oid(), relation);
            }
            case Message.Insert insert -> {
                Relation relation = relation(insert.relation());
                add(relation, Operation.INSERT, Row.NONE, row(relation, insert.after()));
            }
            case Message.Update update -> update(update);
            case Message.Delete delete -> {
                Relation relation = relation(delete.relation());
                add(relation, Operation.DELETE, before(relation, delete.before()), Row.NONE);
            }
            case Message.Truncate truncate -> {
                for (int oid : truncate.relations()) {
                    add(relation(oid), Operation.TRUNCATE, Row.NONE, Row.NONE);
                }
            }
            case Message.Aside _ -> {
                // Changes no row.
            }
        }
        return 0;
    }

    private void begin(Begin begin) {
        if (open != null) {
            throw new MalformedMessage("a transaction begins within another");
        }
        open = begin;
        sequence = 0;
    }

    private long commit(Commit commit) {
        Begin begun = current();
        if (begun.commit() != commit.commit()) {
            throw new MalformedMessage(
                    "a transaction of "
                            + Lsn.text(begun.commit())
                            + " ends as "
                            + Lsn.text(commit.commit()));
        }
        if (!held.isEmpty() || progress.isUnfinished(commit.commit())) {
            tell(Batch.Part.LAST);
        }
        open = null;
        return commit.end();
    }

    private void update(Message.Update update) {
        Relation relation = relation(update.relation());
        Old old = update.before();
        Row before = old == null ? Row.NONE : before(relation, old);
        add(relation, Operation.UPDATE, before, row(relation, update.after()).filledFrom(before));
    }

    private void add(Relation relation, Operation operation, Row before, Row after) {
        Begin begun = current();
        ChangeId id = new ChangeId(begun.commit(), ++sequence);
        boolean isNew = id.compareTo(progress.last()) > 0;
        if (isNew && followed.isWanted(relation.table())) {
            if (held.size() == batch || heldText >= MOST_HELD) {
                tell(Batch.Part.MORE);
            }
            held.add(
                    new Change(
                            relation.table(),
                            operation,
                            before,
                            after,
                            id,
                            begun.transaction(),
                            begun.committedAt()));
            heldText += before.length() + after.length();
        }
    }

    private void tell(Batch.Part part) {
        Batch told = new Batch(held, part);
        listener.accept(told);
        progress.told(told, current().commit());
        held = new ArrayList<>();
        heldText = 0;
    }

    private Begin current() {
        if (open == null) {
            throw new MalformedMessage("a change outside a transaction");
        }
        return open;
    }

    private Relation relation(int oid) {
        Relation relation = relations.get(oid);
        if (relation == null) {
            throw new MalformedMessage("a change of a table that was not described: oid=" + oid);
        }
        return relation;
    }

    private static Row row(Relation relation, List<Value> values) {
        if (values.size() != relation.columns().size()) {
            throw new MalformedMessage(
                    relation.table()
                            + " has "
                            + relation.columns().size()
                            + " columns, a row of it "
                            + values.size());
        }
        return new Row(relation.columns(), values);
    }

    private static Row before(Relation relation, Old old) {
        Row row = row(relation, old.values());
        return old.extent() == Extent.KEY ? row.key() : row;
    }
}
