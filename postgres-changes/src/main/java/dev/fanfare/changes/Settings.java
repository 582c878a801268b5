// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// How to follow a database. Made by [#of(String, String, String)] and the methods that return a
/// copy.
///
/// @param url `jdbc:postgresql://...`; its parameters are kept
/// @param slot of lower-case letters, digits and underscores, at most 40. One stream at a time
///   reads a slot: two nodes that must both see every change need two slots
/// @param publication made when it is missing; widened by the tables it lacks. Both need the
///   permission
/// @param tables at least one
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
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings publication(String publication) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings tables(List<Table> tables) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings keep(Keep keep) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings snapshot(Snapshot snapshot) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings maxWal(long maxWal) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings batch(int batch) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings backoff(Backoff backoff) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings status(Duration status) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings watch(Duration watch) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
    }

    public Settings after(ChangeId after) {
        return new Settings(
                url,
                user,
                password,
                slot,
                publication,
                tables,
                keep,
                snapshot,
                maxWal,
                batch,
                backoff,
                status,
                watch,
                after);
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
}
