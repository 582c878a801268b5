// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after the stream from beside it, as the stream's own thread may be in the middle of the
/// listener: how much of the log the slot holds back, whether the publication is still the one it
/// was, and whether the server is still there.
final class Watch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final Settings settings;
    private final Stream stream;
    private final String name;
    private volatile @Nullable Database database;
    private boolean isAlarmed;
    private boolean isAdvised;

    Watch(Settings settings, Stream stream) {
        this.settings = settings;
        this.stream = stream;
        this.name = Stream.name(settings);
    }

    @Override
    public void run() {
        do {
            look();
        } while (!Pause.isOver(stream.closing(), settings.watch()));
        close();
    }

    /// On a thread of its own: looking may wait for the very server that is silent.
    void listen() {
        while (!Pause.isOver(stream.closing(), settings.watch())) {
            endWhenSilent();
        }
    }

    private void endWhenSilent() {
        Link link = stream.link();
        if (link != null && link.isSilent(System.nanoTime())) {
            LOG.warn(
                    "slot {}: no sign of life from Postgres for {}",
                    settings.slot(),
                    link.silence());
            link.abort();
        }
    }

    private void look() {
        try {
            Database database = database();
            SlotFacts facts = database.slot(stream.slot().name()).orElse(null);
            stream.tally().lag = facts == null ? 0 : facts.lag();
            stream.tally().retained = facts == null ? 0 : facts.retained();
            if (facts != null) {
                judge(facts, database);
            }
            checkPublication(database);
        } catch (SQLException | RuntimeException | Error e) {
            // The stream has the same trouble, and tells of it.
            LOG.debug("slot {}: cannot look", settings.slot(), e);
            close();
        }
    }

    private void judge(SlotFacts facts, Database database) throws SQLException {
        boolean isHalf = facts.retained() > settings.maxWal() / 2;
        if (isHalf && !isAlarmed) {
            LOG.warn(
                    "slot {} holds back {} bytes of the write-ahead log; at {} it is given up",
                    settings.slot(),
                    facts.retained(),
                    settings.maxWal());
        }
        isAlarmed = isHalf;
        if (facts.retained() > settings.maxWal()) {
            stream.slot().giveUpWhenTooFarBehind(database, stream.link(), stream.closing());
        }
    }

    /// A stream is silent, not broken, when its publication is dropped (from Postgres 18 on), or a
    /// table leaves it: dropped, renamed, moved, taken out.
    private void checkPublication(Database database) throws SQLException {
        Link link = stream.link();
        if (link == null || stream.state() != State.STREAMING) {
            return;
        }
        Publication followed = stream.slot().publication();
        Publication now = new Catalogue(database, settings).publication();
        Gap loss = now.gapSince(followed);
        if (loss == null) {
            loss = missing(now);
        }
        if (loss != null && stream.link() == link) {
            stream.slot().changed(loss);
            link.abort();
        }
    }

    private @Nullable Gap missing(Publication now) {
        for (Map.Entry<Table, PublishedTable> each : now.tables().entrySet()) {
            List<String> columns = settings.missingOf(each.getKey(), each.getValue().columns());
            if (!columns.isEmpty()) {
                return Gap.of(each.getKey() + " has no column " + String.join(", ", columns));
            }
        }
        return null;
    }

    private Database database() throws SQLException {
        Database open = database;
        if (open == null) {
            open = Database.open(settings, name);
            database = open;
            advise(open);
        }
        return open;
    }

    private void advise(Database database) throws SQLException {
        if (!isAdvised
                && settings.keep() == Settings.Keep.LASTING
                && database.ask("show max_slot_wal_keep_size").equals("-1")) {
            LOG.info(
                    "slot {}: while nothing follows it, only max_slot_wal_keep_size limits the log that"
                            + " Postgres keeps for it, and that is not set",
                    settings.slot());
        }
        isAdvised = true;
    }

    /// Any thread: ends what it is waiting for.
    void abort() {
        Database open = database;
        if (open != null) {
            open.abort();
        }
    }

    private void close() {
        Database open = database;
        database = null;
        if (open != null) {
            open.close();
        }
    }
}
