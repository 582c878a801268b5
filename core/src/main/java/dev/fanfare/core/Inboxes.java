// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Messages to users: each goes to every session of the user that takes messages, and while there
/// is none into the user's inbox, which is behind the engine. Any thread.
///
/// **Nothing falls between, and nothing overtakes.** A sender looks for sessions and puts, a
/// session begins to take and asks for what waits, each as one step under the user's lock. An
/// engine carries out one node's calls for a user in their order, so a session's question finds
/// whatever was put before it. What is sent directly while the answer is awaited is held back by
/// the session's [Mailbox].
final class Inboxes {
    private static final Logger LOG = LoggerFactory.getLogger(Inboxes.class);
    private static final int LOCKS = 64;

    private final Hub hub;
    private final Inbox.Bounds bounds;
    private final Object[] locks = new Object[LOCKS];

    Inboxes(Hub hub, Inbox.Bounds bounds) {
        this.hub = hub;
        this.bounds = bounds;
        Arrays.setAll(locks, _ -> new Object());
    }

    CompletionStage<Sent> send(String user, Content content) {
        return send(user, new Inbox.Message(hub.clock().millis(), content));
    }

    private CompletionStage<Sent> send(String user, Inbox.Message message) {
        CompletionStage<Engine.Kept> kept;
        synchronized (lock(user)) {
            List<Session> takers = takers(user);
            if (!takers.isEmpty()) {
                return CompletableFuture.completedFuture(new Sent.Handed(hand(takers, message)));
            }
            if (bounds.messages() == 0) {
                return CompletableFuture.completedFuture(new Sent.Dropped());
            }
            kept = hub.engine().put(user, new Inbox(List.of(message), 0), bounds);
        }
        return kept.thenApply(outcome ->
                switch (outcome) {
                    case WAITS -> new Sent.Waits();
                    case FULL -> new Sent.Dropped();
                });
    }

    private List<Session> takers(String user) {
        return hub.users().sessions(user).stream().filter(Session::takesMessages).toList();
    }

    private int hand(List<Session> takers, Inbox.Message message) {
        return hub.deliver(takers, new Push.Message(message.content(), message.time()));
    }

    /// The user has a session that takes from now on, once `begin` has run; what had waited is the
    /// answer, and no other's.
    CompletionStage<Inbox> open(String user, Runnable begin) {
        synchronized (lock(user)) {
            begin.run();
            return hub.engine().take(user);
        }
    }

    /// A session takes no more, once `end` has run.
    void close(String user, Runnable end) {
        synchronized (lock(user)) {
            end.run();
        }
    }

    /// The session that was to have it is gone: it waits again, behind whatever was put meanwhile,
    /// and another that has asked asks again.
    void giveBack(String user, Inbox inbox) {
        CompletionStage<Engine.Kept> kept;
        synchronized (lock(user)) {
            kept = hub.engine().put(user, inbox, bounds);
            hub.users().sessions(user).stream()
                    .filter(Session::inboxOpen)
                    .findFirst()
                    .ifPresent(Session::openInbox);
        }
        kept.whenComplete((outcome, failure) -> {
            if (failure != null || outcome == Engine.Kept.FULL) {
                LOG.warn(
                        "{} messages to a user are lost: their session ended, and they cannot wait",
                        inbox.messages().size(),
                        failure);
            }
        });
    }

    private Object lock(String user) {
        return locks[Math.floorMod(user.hashCode(), LOCKS)];
    }
}
