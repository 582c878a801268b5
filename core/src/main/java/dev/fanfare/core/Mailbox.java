// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Inbox;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where the messages to a session's user arrive, once the session has asked for them. What had
/// waited is handed over as fast as the client reads; until then, what arrives directly is held
/// back behind it. On the session's loop, except for [#taking].
final class Mailbox {
    private final Session session;
    private final String user;
    private final ArrayDeque<byte[]> held = new ArrayDeque<>(0);
    private long heldBytes;

    /// What had waited and is not handed over yet.
    private final ArrayDeque<Inbox.Message> waited = new ArrayDeque<>(0);

    private final ArrayDeque<Runnable> deeds = new ArrayDeque<>(0);
    private Doing doing = Doing.NOTHING;
    private volatile boolean taking;

    private enum Doing {
        NOTHING,
        SOON,
        /// The engine is asked.
        ASKING,
        HANDING_OVER
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
                            doing = Doing.HANDING_OVER;
                            handOver();
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
            waited.addAll(inbox.messages());
            opened.complete(inbox);
        }
    }

    private void release() {
        for (byte[] frame = held.poll(); frame != null; frame = held.poll()) {
            session.sendOwn(frame);
        }
        heldBytes = 0;
    }

    /// One after the other, while the session can take it: the session calls this again when it
    /// takes more, and when it ends. The rest then waits for the next one.
    void handOver() {
        if (doing != Doing.HANDING_OVER) {
            return;
        }
        while (!waited.isEmpty() && session.connected() && session.outbox().takesMore()) {
            Inbox.Message message = waited.remove();
            session.push(new Push.Message(message.content(), message.time()));
        }
        if (!waited.isEmpty() && !session.connected()) {
            session.hub().inboxes().giveBack(user, new Inbox(List.copyOf(waited), 0));
            waited.clear();
        }
        if (waited.isEmpty()) {
            release();
            done();
        }
    }

    /// A message has arrived directly.
    ///
    /// @return whether it is held back
    boolean holds(byte[] frame) {
        if (doing != Doing.ASKING && doing != Doing.HANDING_OVER) {
            return false;
        }
        held.add(frame);
        heldBytes += frame.length;
        if (heldBytes > session.endpoint().limits().outbox()) {
            session.tooSlow();
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
