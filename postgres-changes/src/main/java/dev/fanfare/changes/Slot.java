// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.SQLException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The slot in Postgres that remembers for the stream: whether it can be followed, and a new one
/// when not.
///
/// ```
/// there? --- yes ---- somebody else reads it: wait
///   |          +----- lost, or too far behind: gap, drop it --+
///   |          +----- sound: follow it                        |
///   +-- no --- was it followed? gap ---------------------- make one
/// ```
///
/// A slot whose snapshot was not read to its end must never be taken for one that was followed. So
/// the snapshot is that of a temporary slot, and only when the listener has all of it, a lasting
/// copy of that slot is made, at the same place: a process that is killed half-way leaves nothing
/// behind.
///
/// The stream's thread, but for what the watch calls.
final class Slot {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);
    private static final String IN_USE = "55006";

    private final Settings settings;
    private final Progress progress;
    private final Told told;
    private final Tally tally;

    /// Whether this stream, or the one that it goes on from, has followed the slot.
    private boolean followed;

    private Link.@Nullable Server server;

    /// What is followed, as it was when the slot was last found or made.
    private volatile Publication publication = Publication.NONE;

    private long confirmed;
    private int reader;

    /// Guards the slot's being dropped and made.
    private final Object making = new Object();

    /// What Postgres calls the slot that holds back its log now.
    private volatile String name;

    private Setup.Origin origin = Setup.Origin.FOUND;

    /// Why the chain is broken, until the listener knows.
    private @Nullable Gap gap;

    Slot(Settings settings, Progress progress, Told told, Tally tally) {
        this.settings = settings;
        this.progress = progress;
        this.told = told;
        this.tally = tally;
        this.name = settings.slot();
        this.followed = !settings.after().equals(ChangeId.ZERO);
    }

    /// What the watch has to look at.
    String name() {
        return name;
    }

    /// The publication that is followed. Any thread.
    Publication publication() {
        return publication;
    }

    /// How the publication was found. That it was not whole is remembered until the slot has been
    /// compared with it.
    void found(Setup.Origin how) {
        synchronized (making) {
            origin = how == Setup.Origin.FOUND ? origin : how;
        }
    }

    /// How far the listener is.
    void confirmed(long place) {
        confirmed = place;
    }

    /// Returns when there is a slot to follow.
    ///
    /// @param published what it is to be followed for
    /// @throws SlotHeld when it is not free
    void prepare(Database database, Link link, Setup.Checked published)
            throws SQLException, SlotHeld {
        Link.Identity identity = link.identify();
        boolean exists;
        synchronized (making) {
            found(published.origin());
            exists = look(database);
            compare(identity);
            if (exists) {
                compare(published.publication());
            }
            origin = Setup.Origin.FOUND;
            if (!exists && followed) {
                broken(
                        settings.keep() == Settings.Keep.TEMPORARY
                                ? new Gap(Gap.Reason.TEMPORARY, "its connection ended")
                                : new Gap(Gap.Reason.GONE, "the slot is not there any more"));
            }
            if (gap != null && exists) {
                database.dropSlot(settings.slot(), reader, new CountDownLatch(1));
                exists = false;
            }
        }
        server = identity.server();
        publication = published.publication();
        tellGap();
        if (!exists) {
            make(database, link);
        }
        followed = true;
    }

    /// @return whether the slot exists
    private boolean look(Database database) throws SQLException, SlotHeld {
        SlotFacts facts = database.slot(settings.slot()).orElse(null);
        if (facts == null) {
            return false;
        }
        if (facts.condition() == SlotFacts.Condition.FOREIGN) {
            throw new ChangesException(
                    "slot "
                            + settings.slot()
                            + " is of another database or plugin: choose another name for this one",
                    null);
        }
        if (facts.holder() != 0) {
            // What the server has not noticed the end of.
            database.terminate(settings.slot(), reader);
            throw new SlotHeld("process " + facts.holder() + ", " + facts.holderName());
        }
        if (facts.condition() == SlotFacts.Condition.INVALIDATED) {
            broken(
                    new Gap(
                            Gap.Reason.INVALIDATED,
                            "Postgres threw away what the slot needs: max_slot_wal_keep_size is too"
                                    + " small for how long nobody followed it"));
        } else if (facts.retained() > settings.maxWal()) {
            broken(tooMuch(facts));
        } else if (confirmed != 0 && Long.compareUnsigned(facts.confirmed(), confirmed) > 0) {
            broken(
                    new Gap(
                            Gap.Reason.TAKEN,
                            "another reader of the slot has confirmed it up to "
                                    + Lsn.text(facts.confirmed())
                                    + ", this one only up to "
                                    + Lsn.text(confirmed)));
        }
        return true;
    }

    private Gap tooMuch(SlotFacts facts) {
        return new Gap(
                Gap.Reason.GIVEN_UP,
                "it held back "
                        + facts.retained()
                        + " bytes of the write-ahead log, more than "
                        + settings.maxWal());
    }

    /// After a fail-over or a restored backup, the places in the log mean something else.
    private void compare(Link.Identity identity) {
        if (server != null && !server.equals(identity.server())) {
            broken(
                    new Gap(
                            Gap.Reason.GONE,
                            "another server or history answers: " + identity.server()));
        } else if (Long.compareUnsigned(progress.last().lsn(), identity.end()) > 0) {
            broken(
                    new Gap(
                            Gap.Reason.GONE,
                            "the server's log ends at "
                                    + Lsn.text(identity.end())
                                    + ", before the last change that it told: "
                                    + progress.last()));
        }
    }

    /// A slot is read with the catalogue of its time: a publication or table that was not there, or
    /// was another one, has not told everything.
    private void compare(Publication now) {
        Gap loss = publication.oid() == 0 ? null : now.gapSince(publication);
        if (loss != null) {
            broken(loss);
        }
        switch (origin) {
            case MADE ->
                    broken(
                            new Gap(
                                    Gap.Reason.GONE,
                                    "the publication " + settings.publication() + " was missing"));
            case WIDENED -> broken(Gap.of("the publication lacked a table"));
            case FOUND -> {
                // It had everything.
            }
        }
    }

    /// What was followed is not what it was: changes may be missing. Any thread.
    void changed(Gap why) {
        synchronized (making) {
            if (publication.oid() != 0) {
                broken(why);
            }
        }
    }

    private void broken(Gap why) {
        if (gap == null) {
            gap = why;
            tally.gaps.incrementAndGet();
            LOG.error(
                    "slot {}: changes may be missing, {}: {}",
                    settings.slot(),
                    why.reason(),
                    why.detail());
        }
    }

    private void tellGap() {
        Gap why;
        synchronized (making) {
            why = gap;
        }
        if (why != null) {
            told.gap(why);
            synchronized (making) {
                gap = null;
            }
            progress.forget();
            confirmed = 0;
            followed = false;
        }
    }

    private void make(Database database, Link link) throws SQLException {
        try {
            boolean wantsSnapshot = settings.snapshot() == Settings.Snapshot.OF_EVERY_NEW_SLOT;
            if (settings.keep() == Settings.Keep.TEMPORARY) {
                Link.Made made = link.makeTemporary(settings.slot());
                if (wantsSnapshot) {
                    snapshot(database, made);
                }
            } else if (wantsSnapshot) {
                String passing = settings.slot() + "_" + mark();
                name = passing;
                snapshot(database, link.makeTemporary(passing));
                database.copySlot(passing, settings.slot());
                link.drop(passing);
            } else {
                link.makeLasting(settings.slot());
            }
            LOG.info("slot {} is new", settings.slot());
        } catch (SQLException e) {
            database.end(link.process());
            throw e;
        } finally {
            name = settings.slot();
        }
    }

    private static String mark() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt(), 6);
    }

    private void snapshot(Database database, Link.Made made) throws SQLException {
        new Snapshots(
                        database,
                        settings,
                        batch -> {
                            told.snapshot(batch);
                            tally.snapshotRows.addAndGet(batch.changes().size());
                        })
                .read(made.snapshot(), made.point());
    }

    void follow(Link link) throws SQLException, SlotHeld {
        reader = link.process();
        try {
            link.stream(settings.slot(), settings.publication(), confirmed);
        } catch (SQLException e) {
            if (IN_USE.equals(e.getSQLState())) {
                throw new SlotHeld(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /// Gives the slot up when it holds back too much: the disk of the database is worth more than
    /// the chain of changes. The watch calls this; the listener may be in the middle of a call, and
    /// hears of it when that returns.
    ///
    /// @param link the stream's connection, if it has one
    void giveUpWhenTooFarBehind(Database database, @Nullable Link link, CountDownLatch closing)
            throws SQLException {
        synchronized (making) {
            String now = name;
            SlotFacts facts = database.slot(now).orElse(null);
            int ours = link == null ? 0 : link.process();
            if (facts == null
                    || facts.retained() <= settings.maxWal()
                    || facts.holder() != 0 && facts.holder() != ours) {
                return;
            }
            broken(tooMuch(facts));
            if (link != null) {
                link.abort();
            }
            if (now.equals(settings.slot()) && settings.keep() == Settings.Keep.LASTING) {
                database.dropSlot(now, ours, closing);
            } else {
                database.terminate(now, ours);
            }
        }
    }
}
