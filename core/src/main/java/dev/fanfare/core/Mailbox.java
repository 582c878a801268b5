// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Inbox;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where the messages to a session's user arrive, once the session has asked for them. While the
/// engine is asked what had waited, what arrives directly is held back behind it. On the session's
/// loop, except for [#taking].
final class Mailbox {
    private final Session session;
    private final String user;
    private final ArrayDeque<byte[]> held = new ArrayDeque<>(0);
    private long heldBytes;
    private final ArrayDeque<Runnable> deeds = new ArrayDeque<>(0);
    private Doing doing = Doing.NOTHING;
    private volatile boolean taking;

    private enum Doing {
        NOTHING,
        SOON,
        /// The engine is asked.
        ASKING
    }

    Mailbox(Session session, String user) {
        this.session = session;
        this.user = user;
    }

    boolean taking() {
        return taking;
    }

    /// The client is sent what had waited behind [Push.Inbox].
    void open(CompletableFuture<Inbox> opened) {
        open(inbox -> session.push(new Push.Inbox(inbox.messages().size(), inbox.lost())))
                .whenComplete((inbox, failure) -> {
                    if (failure == null) {
                        opened.complete(inbox);
                    } else {
                        opened.completeExceptionally(failure);
                    }
                });
    }

    /// @param announce is told what had waited, before the session is sent it
    /// @return what had waited; fails when the engine cannot say, or the session has ended
    CompletionStage<Inbox> open(Consumer<Inbox> announce) {
        CompletableFuture<Inbox> opened = new CompletableFuture<>();
        deeds.add(() -> ask(announce, opened));
        next();
        return opened;
    }

    /// Opening and closing happen one after the other, each behind whatever the loop has to deliver
    /// before.
    private void next() {
        if (doing == Doing.NOTHING && !deeds.isEmpty()) {
            doing = Doing.SOON;
            session.turn().loop().execute(deeds.remove());
        }
    }

    private void done() {
        doing = Doing.NOTHING;
        next();
    }

    private void ask(Consumer<Inbox> announce, CompletableFuture<Inbox> opened) {
        if (!session.connected()) {
            opened.completeExceptionally(ended());
            done();
            return;
        }
        doing = Doing.ASKING;
        session.hub()
                .inboxes()
                .open(user, () -> taking = true)
                .whenComplete((inbox, failure) ->
                        session.onLoop(() -> {
                            answered(inbox, failure, announce, opened);
                            release();
                            done();
                        }));
    }

    private IllegalStateException ended() {
        return new IllegalStateException("the session has ended: " + session.id());
    }

    private void answered(
            @Nullable Inbox inbox,
            @Nullable Throwable failure,
            Consumer<Inbox> announce,
            CompletableFuture<Inbox> opened) {
        if (inbox == null) {
            session.hub().engineFailed("take the inbox", failure);
            opened.completeExceptionally(failure == null ? ended() : failure);
        } else if (!session.connected()) {
            session.hub().inboxes().giveBack(user, inbox);
            opened.completeExceptionally(ended());
        } else {
            announce.accept(inbox);
            handOver(inbox);
            opened.complete(inbox);
        }
    }

    private void release() {
        for (byte[] frame = held.poll(); frame != null; frame = held.poll()) {
            session.sendOwn(frame);
        }
        heldBytes = 0;
    }

    /// One after the other, while the session can take it; the rest waits again.
    private void handOver(Inbox inbox) {
        List<Inbox.Message> messages = inbox.messages();
        for (int i = 0; i < messages.size(); i++) {
            if (!session.connected()) {
                List<Inbox.Message> rest = messages.subList(i, messages.size());
                session.hub().inboxes().giveBack(user, new Inbox(rest, 0));
                return;
            }
            Inbox.Message message = messages.get(i);
            session.push(new Push.Message(message.content(), message.time()));
        }
    }

    /// A message has arrived directly.
    ///
    /// @return whether it is held back
    boolean holds(byte[] frame) {
        if (doing != Doing.ASKING) {
            return false;
        }
        held.add(frame);
        heldBytes += frame.length;
        if (heldBytes > session.endpoint().limits().outbox()) {
            session.disconnect(Close.TOO_SLOW);
        }
        return true;
    }

    void close() {
        deeds.add(() -> {
            session.hub().inboxes().close(user, () -> taking = false);
            done();
        });
        next();
    }
}
