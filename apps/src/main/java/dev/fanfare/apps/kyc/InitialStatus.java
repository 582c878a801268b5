// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.core.Snapshot;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a subscription begins with: the row, from a query, while the changes that come meanwhile
/// are held back. The two have to be joined so that no change is lost and none that is older than
/// the row comes after it.
///
/// ```
/// log       commit 1 ... commit 2 ... commit 3
/// stream      told 1 ......... told 2 ......        tells a commit a little after it is in the log
/// readers         see 1 .............. see 2        see a commit a little after it is in the log
/// ```
///
/// - *The stream is ahead of the row*: it has told a commit that readers did not see yet, perhaps
///   before this subscription began. That publication is the current status, and not the row.
/// - *The row is ahead of the stream*: it may hold a commit that the stream has not told yet. So
///   the stream is waited for, up to where the log was when the row was read. Of what it has told
///   by then, that which the row holds is not sent.
///
/// Which changes a row holds is not a question of places in the log but of transactions:
/// [Visibility].
final class InitialStatus implements Snapshot {
    private static final Logger LOG = LoggerFactory.getLogger(InitialStatus.class);

    /// Looks at the stream, and the time between two of them: two seconds together.
    private static final int LOOKS = 4_000;

    private static final Duration PAUSE = Duration.ofNanos(500_000);

    private final String userId;
    private final String channel;
    private final Origin origin;
    private @Nullable Position reaches;

    /// Where it comes from.
    ///
    /// @param reached up to where in the log the stream has told everything; far ahead while it is
    ///   not to be waited for
    record Origin(StatusTable table, Recent recent, LongSupplier reached, Clock clock) {}

    InitialStatus(String userId, Origin origin) {
        this.userId = userId;
        this.channel = KycStatus.channel(userId);
        this.origin = origin;
    }

    @Override
    public Content read() {
        StatusTable.Reading reading;
        try {
            reading = origin.table().read(userId);
        } catch (SQLException e) {
            LOG.warn("the status of user {} could not be read", userId, e);
            return KycDialect.error(
                    "The status of user "
                            + userId
                            + " could not be read now. Subscribe again to ask anew; changes are"
                            + " sent as they come.");
        }
        Recent.Sent newest = origin.recent().newest(channel);
        if (newest != null && !reading.saw().saw(newest.transaction())) {
            Position position = newest.position();
            if (position != null) {
                reaches = position;
                return newest.content();
            }
        }
        catchUp(reading.log());
        Recent.Sent held = origin.recent().newestOf(channel, reading.saw());
        reaches = held == null ? null : held.position();
        KycStatus row = reading.row();
        return row == null
                ? KycStatus.unknown(userId)
                : row.content(Instant.ofEpochMilli(origin.clock().millis()));
    }

    /// Not for long. What a stream that is far behind tells later may then be older than the row,
    /// and the row's own change comes last.
    private void catchUp(long log) {
        for (int i = 0; i < LOOKS && Long.compareUnsigned(reached(), log) < 0; i++) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private long reached() {
        return origin.reached().getAsLong();
    }

    @Override
    public @Nullable Position reaches() {
        return reaches;
    }
}
