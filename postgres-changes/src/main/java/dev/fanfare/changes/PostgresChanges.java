// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the tables of a database: every committed change of a row is told to a listener, in the
/// order of the commits, at least once, and never silently not at all.
public final class PostgresChanges implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresChanges.class);

    /// What the stream has to say goodbye, and what a listener has to end its call.
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private static final Duration LAST_CALL = Duration.ofSeconds(5);

    private final Settings settings;
    private final Stream stream;
    private final Watch watch;
    private final Thread streaming;
    private final Thread watching;
    private final Thread listening;

    private PostgresChanges(Settings settings, Listener listener) {
        this.settings = settings;
        this.stream = new Stream(settings, listener);
        this.watch = new Watch(settings, stream);
        this.streaming =
                Thread.ofPlatform()
                        .daemon()
                        .name("fanfare-changes-" + settings.slot())
                        .unstarted(stream);
        Thread.Builder beside = Thread.ofVirtual().name("fanfare-changes-watch-" + settings.slot());
        this.watching = beside.unstarted(watch);
        this.listening = beside.unstarted(watch::listen);
    }

    /// Begins to follow. A database that cannot be reached is tried again in the background.
    ///
    /// @throws ChangesException when something is wrong that only a person can mend: the
    ///   credentials, a missing permission or table, a server without `wal_level=logical`
    public static PostgresChanges start(Settings settings, Listener listener) {
        PostgresChanges changes = new PostgresChanges(settings, listener);
        changes.check();
        changes.streaming.start();
        changes.watching.start();
        changes.listening.start();
        return changes;
    }

    private void check() {
        String name = Stream.name(settings);
        try (Database database = Database.open(settings, name)) {
            Setup setup = new Setup(database, settings);
            Setup.Checked found = setup.check();
            stream.slot().found(found.origin());
            setup.warn(found.publication());
            Link.open(settings, name).close();
        } catch (SQLException e) {
            Advice.on(e, settings)
                    .filter(_ -> !Advice.passes(e))
                    .ifPresent(advice -> {
                        throw advice;
                    });
            LOG.warn(
                    "slot {}: {}; trying again in the background", settings.slot(), e.getMessage());
        }
    }

    public State state() {
        return stream.state();
    }

    /// Up to where the listener has been told everything: what was committed before this place of
    /// the log. It moves with the log, also when the tables do not change (the server says so in
    /// its keepalives). For who reads the tables beside the stream, and asks how old the stream is.
    /// 0 while that is not known: at the start, and after a gap.
    public long reached() {
        return stream.reached();
    }

    public Counts counts() {
        return stream.counts();
    }

    /// Ends the stream and confirms what the listener has had. The listener is not called any more
    /// when this returns, unless it is in the middle of a call for longer than five seconds. A
    /// temporary slot is gone soon; a lasting one stays and holds the log back:
    /// [#dropSlot(Settings)].
    @Override
    public void close() {
        stream.closing().countDown();
        if (Thread.currentThread() == streaming) {
            return;
        }
        watch.abort();
        Link link = stream.link();
        if (link != null && link.isWaiting()) {
            link.abort();
        }
        if (!hasEnded(stream.isListenerBusy() ? LAST_CALL : GOODBYE)) {
            stream.abort();
            if (!hasEnded(GOODBYE)) {
                LOG.warn("slot {}: the stream is still in a call", settings.slot());
            }
        }
    }

    private boolean hasEnded(Duration within) {
        try {
            return streaming.join(within);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Removes the slot of a stream that is not going to be followed any more. Nothing happens when
    /// there is none.
    ///
    /// @throws ChangesException when it cannot be removed, as while it is followed
    public static void dropSlot(Settings settings) {
        try (Database database = Database.open(settings, Stream.name(settings))) {
            database.dropSlot(settings.slot(), 0, new CountDownLatch(1));
        } catch (SQLException e) {
            throw new ChangesException("slot " + settings.slot() + " stays: " + e.getMessage(), e);
        }
    }
}
