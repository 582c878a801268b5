// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// How to follow a database. Made by [#of(String, String, String)] and the methods that return a
/// copy.
///
/// @param url `jdbc:postgresql://...`; its parameters are kept
/// @param slot of lower-case letters, digits and underscores, at most 40. One stream at a time
///   reads a slot: two nodes that must both see every change need two slots
/// @param publication made when it is missing; widened by the tables it lacks. Both need the
///   permission
/// @param tables which tables; empty for all of the publication
/// @param needs the columns on which the listener relies, by table
/// @param maxWal bytes of write-ahead log that the slot may hold back before it is given up
/// @param batch changes that are held at once
/// @param status how often the server is told how far the listener is, and asked whether it is
///   there
/// @param watch how often the slot's hold on the log is looked at
/// @param after the last change that the listener has had; it and what was before are not told
///   again
public record Settings(
        String url,
        String user,
        String password,
        String slot,
        String publication,
        List<Table> tables,
        Map<Table, ColumnNeeds> needs,
        Keep keep,
        Snapshot snapshot,
        long maxWal,
        int batch,
        Backoff backoff,
        Duration status,
        Duration watch,
        ChangeId after) {

    private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,40}");

    public enum Keep {
        /// The slot outlives the connection and this process: nothing is missed in between, and the
        /// server keeps its log for that long.
        LASTING,
        /// The slot goes with its connection; each loss is a gap.
        TEMPORARY
    }

    public enum Snapshot {
        /// Whenever a slot is new.
        OF_EVERY_NEW_SLOT,
        NEVER
    }

    /// Before the n-th try again, a time is drawn between zero and `least` times two to the power
    /// of n, at most `most`.
    public record Backoff(Duration least, Duration most) {
        public Backoff {
            if (!least.isPositive() || least.compareTo(most) > 0) {
                throw new IllegalArgumentException("backoff: least=" + least + ", most=" + most);
            }
        }
    }

    public Settings {
        tables = List.copyOf(tables);
        needs = Map.copyOf(needs);
        if (!SLOT.matcher(slot).matches()) {
            throw new IllegalArgumentException(
                    "slot: 1 to 40 of a-z, 0-9 and _, not \"" + slot + "\"");
        }
        if (publication.isEmpty()) {
            throw new IllegalArgumentException("publication: must not be empty");
        }
        if (maxWal < 1 || batch < 1) {
            throw new IllegalArgumentException("maxWal=" + maxWal + ", batch=" + batch);
        }
        if (!status.isPositive() || !watch.isPositive()) {
            throw new IllegalArgumentException("status=" + status + ", watch=" + watch);
        }
    }

    /// A lasting slot `fanfare` with a snapshot, on the publication `fanfare`; 1 GiB of log at
    /// most.
    public static Settings of(String url, String user, String password) {
        return new Settings(
                url,
                user,
                password,
                "fanfare",
                "fanfare",
                List.of(),
                Map.of(),
                Keep.LASTING,
                Snapshot.OF_EVERY_NEW_SLOT,
                1L << 30,
                1_000,
                new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15)),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                ChangeId.ZERO);
    }

    public Settings slot(String slot) {
        return with(draft -> draft.slot = slot);
    }

    public Settings publication(String publication) {
        return with(draft -> draft.publication = publication);
    }

    public Settings tables(List<Table> tables) {
        return with(draft -> draft.tables = tables);
    }

    public Settings needs(Map<Table, ColumnNeeds> needs) {
        return with(draft -> draft.needs = needs);
    }

    public Settings keep(Keep keep) {
        return with(draft -> draft.keep = keep);
    }

    public Settings snapshot(Snapshot snapshot) {
        return with(draft -> draft.snapshot = snapshot);
    }

    public Settings maxWal(long maxWal) {
        return with(draft -> draft.maxWal = maxWal);
    }

    public Settings batch(int batch) {
        return with(draft -> draft.batch = batch);
    }

    public Settings backoff(Backoff backoff) {
        return with(draft -> draft.backoff = backoff);
    }

    public Settings status(Duration status) {
        return with(draft -> draft.status = status);
    }

    public Settings watch(Duration watch) {
        return with(draft -> draft.watch = watch);
    }

    public Settings after(ChangeId after) {
        return with(draft -> draft.after = after);
    }

    /// What is needed of a table and is not among these columns of it, in the order of the
    /// alphabet.
    List<String> missingOf(Table table, Collection<String> columns) {
        return needs.getOrDefault(table, ColumnNeeds.NONE).present().stream()
                .filter(column -> !columns.contains(column))
                .sorted()
                .toList();
    }

    /// The url without its parameters, which may hold a password.
    String place() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    @Override
    public String toString() {
        return "Settings["
                + place()
                + ", slot="
                + slot
                + ", publication="
                + publication
                + ", tables="
                + tables
                + "]";
    }

    private Settings with(Consumer<Draft> change) {
        Draft draft = new Draft();
        change.accept(draft);
        return draft.settings();
    }

    /// A copy that is about to be one.
    private final class Draft {
        private String url = Settings.this.url;
        private String user = Settings.this.user;
        private String password = Settings.this.password;
        private String slot = Settings.this.slot;
        private String publication = Settings.this.publication;
        private List<Table> tables = Settings.this.tables;
        private Map<Table, ColumnNeeds> needs = Settings.this.needs;
        private Keep keep = Settings.this.keep;
        private Snapshot snapshot = Settings.this.snapshot;
        private long maxWal = Settings.this.maxWal;
        private int batch = Settings.this.batch;
        private Backoff backoff = Settings.this.backoff;
        private Duration status = Settings.this.status;
        private Duration watch = Settings.this.watch;
        private ChangeId after = Settings.this.after;

        Settings settings() {
            return new Settings(
                    url,
                    user,
                    password,
                    slot,
                    publication,
                    tables,
                    needs,
                    keep,
                    snapshot,
                    maxWal,
                    batch,
                    backoff,
                    status,
                    watch,
                    after);
        }
    }
}
