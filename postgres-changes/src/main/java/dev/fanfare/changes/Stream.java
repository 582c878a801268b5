// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stream's thread: attach to the slot, follow it, and again when that breaks.
///
/// One thread runs it; what is volatile or says so may be called by others.
final class Stream implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Stream.class);

    private final Settings settings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Tally tally = new Tally();
    private final Progress progress;
    private final Told told;
    private final Pause pause;
    private final Slot slot;

    private volatile State state = State.CONNECTING;
    private volatile @Nullable Link link;
    private volatile @Nullable Database database;
    private String lastHolder = "";

    Stream(Settings settings, Listener listener) {
        this.settings = settings;
        this.progress = new Progress(settings.after());
        this.told = new Told(listener, closing);
        this.pause = new Pause(settings.backoff(), ThreadLocalRandom.current());
        this.slot = new Slot(settings, progress, told, tally);
    }

    /// How the stream's connections call themselves, different for each stream.
    static String name(Settings settings) {
        int mark = ThreadLocalRandom.current().nextInt();
        return "fanfare-changes " + settings.slot() + " " + HexFormat.of().toHexDigits(mark, 6);
    }

    State state() {
        return state;
    }

    long reached() {
        return progress.reached();
    }

    Counts counts() {
        return tally.counts(progress);
    }

    Tally tally() {
        return tally;
    }

    Slot slot() {
        return slot;
    }

    CountDownLatch closing() {
        return closing;
    }

    /// The connection that is streaming or about to. Any thread.
    @Nullable Link link() {
        return link;
    }

    boolean isListenerBusy() {
        return told.isBusy();
    }

    /// Ends whatever it is waiting for. Any thread.
    void abort() {
        Link streaming = link;
        if (streaming != null) {
            streaming.abort();
        }
        Database asked = database;
        if (asked != null) {
            asked.abort();
        }
    }

    @Override
    public void run() {
        try {
            while (!isClosing()) {
                try {
                    attach();
                } catch (SlotHeld held) {
                    waitFor(held);
                } catch (SQLException | RuntimeException e) {
                    broke(e);
                } catch (Error e) {
                    broke(new IllegalStateException(e));
                }
                Pause.isOver(closing, pause.next());
            }
        } finally {
            state = State.CLOSED;
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void waitFor(SlotHeld held) {
        state = State.WAITING;
        if (!held.holder().equals(lastHolder)) {
            lastHolder = held.holder();
            LOG.warn(
                    "slot {} is read by {}; waiting until it is free", settings.slot(), lastHolder);
        }
    }

    private void broke(Exception e) {
        if (isClosing()) {
            return;
        }
        state = State.CONNECTING;
        switch (e) {
            case ListenerFailure _ ->
                    LOG.error("slot {}: it will be told the same again", settings.slot(), e);
            case SQLException sql -> {
                LOG.warn(
                        "slot {}: {}",
                        settings.slot(),
                        Advice.on(sql, settings)
                                .map(Throwable::getMessage)
                                .orElseGet(() -> messages(sql)));
                told.lost(e);
            }
            case TableChangedException changed -> {
                LOG.error("slot {}: {}", settings.slot(), changed.detail());
                slot.changed(Gap.of(changed.detail()));
                told.lost(e);
            }
            case ChangesException _ -> {
                LOG.error("slot {}: {}", settings.slot(), e.getMessage());
                told.lost(e);
            }
            default -> {
                LOG.error("slot {}", settings.slot(), e);
                told.lost(e);
            }
        }
    }

    /// The driver's own words and what is behind them.
    private static String messages(SQLException error) {
        Throwable cause = error.getCause();
        return cause == null
                ? String.valueOf(error.getMessage())
                : error.getMessage() + " (" + cause.getMessage() + ")";
    }

    private void attach() throws SQLException, SlotHeld {
        String name = name(settings);
        try (Database database = Database.open(settings, name)) {
            this.database = database;
            Setup.Checked publication = new Setup(database, settings).check();
            try (Link link = Link.open(settings, name)) {
                this.link = link;
                slot.prepare(database, link, publication);
                slot.follow(link);
                follow(link, new ColumnTypes(database));
            }
        } finally {
            link = null;
            database = null;
        }
    }

    private void follow(Link link, ColumnTypes types) throws SQLException {
        state = State.STREAMING;
        lastHolder = "";
        if (told.back()) {
            tally.reconnects.incrementAndGet();
            LOG.info("slot {}: followed again", settings.slot());
        }
        Transactions transactions =
                new Transactions(
                        progress,
                        told::changed,
                        new FollowedTables(settings, slot.publication().tables()),
                        settings.batch());
        long since = System.nanoTime();
        try {
            while (!isClosing()) {
                ByteBuffer message = link.poll();
                if (message == null) {
                    link.tellNews();
                    message = link.await();
                }
                boolean progressed = handle(message, link, transactions, types);
                progress.reached(link.confirmed());
                if (progressed || System.nanoTime() - since > settings.backoff().most().toNanos()) {
                    pause.reset();
                }
                link.tellWhenDue();
            }
            link.tell();
        } finally {
            slot.confirmed(link.confirmed());
        }
    }

    /// ```
    /// w  start:8 end:8 time:8 message      k  end:8 time:8 answer:1
    /// ```
    ///
    /// @return whether the listener took a transaction
    private static boolean handle(
            ByteBuffer message, Link link, Transactions transactions, ColumnTypes types)
            throws SQLException {
        int kind = message.get();
        if (kind == 'w') {
            message.position(message.position() + 3 * Long.BYTES);
            long end = transactions.accept(typed(PgOutput.decode(message), types));
            if (end != 0) {
                link.taken(end);
            }
            return end != 0;
        }
        if (kind != 'k') {
            throw new MalformedMessage("the stream sent " + kind);
        }
        long end = message.getLong();
        message.getLong();
        if (!transactions.inOne()) {
            link.passed(end);
        }
        if (message.get() != 0) {
            link.tell();
        }
        return false;
    }

    private static Message typed(Message message, ColumnTypes types) throws SQLException {
        return message instanceof Message.Relation(int oid, Table table, var columns)
                ? new Message.Relation(oid, table, types.of(columns))
                : message;
    }
}
