// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Numbers, keeps and announces publications, and knows who is present: the port behind the hub.
///
/// **Order.** Appending, numbering and announcing a publication are one atomic step for each
/// channel: every node's listener hears a channel's publications by ascending offset, each at most
/// once, and an entry that [#history] returns has been, or will be, announced to each node that is
/// subscribed.
///
/// **Completion.** Every answer may come later and on any thread, or at once on the caller's. It
/// fails with [EngineUnavailable] when the outcome is unknown or nothing was done; publishing again
/// with the same idempotency key is then safe. **An engine answers within 10 s**: the hub waits
/// without a deadline of its own, since only the engine can undo what was done too late.
/// Announcements come through the [Listener] only.
///
/// **Threads.** All methods may be called from any thread and never block.
public interface Engine extends AutoCloseable {

    /// Begins; `listener` hears of every channel that is subscribed from then on. Called once,
    /// first.
    void start(Listener listener);

    CompletionStage<Published> publish(PublishRequest request);

    /// Begins to announce `channel` to the listener. The answer is the channel's newest position at
    /// a moment from which everything later is announced; announcements may come before the answer
    /// does.
    CompletionStage<Position> subscribe(String channel);

    /// Ends announcing. A late announcement may still come.
    CompletionStage<Void> unsubscribe(String channel);

    CompletionStage<History> history(String channel, HistoryQuery query);

    /// The source of the channel has lost its continuity: the history is dropped and a new epoch
    /// begins, in one step with announcing it as [Listener#reset]. Idempotency keys are remembered
    /// even so: what was published once is not published again.
    ///
    /// @return the place before the new epoch's first entry
    CompletionStage<Position> reset(String channel);

    /// The channels that somebody listens to, on any node, or may come back to with a position: at
    /// least every one that is subscribed or has something in its history. It may be slow; it is
    /// for what happens rarely.
    ///
    /// @param wanted asked for each, on any thread
    CompletionStage<Set<String>> channels(Predicate<String> wanted);

    /// The member is present by this session. The first session of a user is announced as joined,
    /// unless the user had left within `grace`.
    CompletionStage<Void> join(Presence presence);

    /// The session is gone. When it was the user's last and none has come back within the grace it
    /// joined with, the member is announced as left.
    CompletionStage<Void> leave(String channel, String user, String session);

    /// Who is present, one entry a user, at most `limit`, in an order of the users' ids that stays
    /// the same.
    ///
    /// @param after the user behind whom to begin, who need not be present; null for the first
    CompletionStage<List<Member>> members(String channel, @Nullable String after, int limit);

    /// Adds to what waits for a user, behind what waits already. Over the bounds the oldest is
    /// dropped and counted as lost; an inbox is forgotten, count and all, when nothing was put for
    /// twice the age. One node's calls of this and of [#take] for a user are carried out in the
    /// order in which they were made, whether or not they were answered.
    CompletionStage<Kept> put(String user, Inbox added, Inbox.Bounds bounds);

    /// Takes all that waits for a user: of several who ask, one has it.
    CompletionStage<Inbox> take(String user);

    /// What became of what was put.
    enum Kept {
        WAITS,
        /// The engine keeps as much as it can, for all users together: no message was added. They
        /// are counted as lost, where the engine remembers the user at all.
        FULL
    }

    /// Ends; what is under way may fail.
    @Override
    void close();

    /// @param session the session by which the member is present
    /// @param grace how long after the last session's leave the member still counts
    record Presence(String channel, Member member, String session, Duration grace) {}

    /// Hears what the engine announces. Calls for one channel come one at a time and in order, on
    /// any thread, possibly inside a call of [Engine#publish]: it must be quick, and must not call
    /// the engine.
    interface Listener {
        void published(String channel, String epoch, Publication publication);

        /// The channel's history has begun anew: what was announced before belongs to an epoch that
        /// is over.
        ///
        /// @param beginning the place before the new epoch's first entry
        void reset(String channel, Position beginning);

        /// @param session the session by which the member joined
        void joined(String channel, Member member, String session);

        void left(String channel, Member member);
    }
}
