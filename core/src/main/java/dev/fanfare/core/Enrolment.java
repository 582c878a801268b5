// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A subscription that the server begins by itself, not the client. Any thread.
record Enrolment(Session session, String channel, Start start, Filter filter) {

    /// Whatever the rules say. The client is sent [Push.Subscribed].
    CompletionStage<Position> begin() {
        CompletableFuture<Position> live = new CompletableFuture<>();
        session.onLoop(() -> {
            if (possible()) {
                Terms terms = new Terms(session.hub().rules(channel), start, filter);
                session.subscribed().begin(channel, terms, told(live));
            } else {
                live.completeExceptionally(impossible("subscribe"));
            }
        });
        return live;
    }

    /// As the rules allow it. The client is sent nothing but publications.
    CompletionStage<Reply.Recovered> resume() {
        CompletableFuture<Reply.Recovered> resumed = new CompletableFuture<>();
        session.onLoop(() -> {
            Rulebook.Match match = session.endpoint().rules().match(channel);
            if (possible()
                    && match != null
                    && match.rules().subscribe().allows(session.principal(), match.captures())) {
                Terms terms = new Terms(match.rules(), start, filter);
                session.subscribed().begin(channel, terms, silent(resumed));
            } else {
                resumed.completeExceptionally(impossible("resume"));
            }
        });
        return resumed;
    }

    private boolean possible() {
        return session.connected() && session.subscribed().find(channel) == null;
    }

    private IllegalStateException impossible(String what) {
        return new IllegalStateException(
                "cannot " + what + ": session=" + session.id() + ", channel=" + channel);
    }

    private Begun told(CompletableFuture<Position> live) {
        return new Begun() {
            @Override
            public void begun(Position position, Reply.Recovered recovered) {
                session.push(new Push.Subscribed(channel, position));
                live.complete(position);
            }

            @Override
            public void failed(Refusal refusal) {
                live.completeExceptionally(new IllegalStateException(refusal.message()));
            }
        };
    }

    private static Begun silent(CompletableFuture<Reply.Recovered> resumed) {
        return new Begun() {
            @Override
            public void begun(Position position, Reply.Recovered recovered) {
                resumed.complete(recovered);
            }

            @Override
            public void failed(Refusal refusal) {
                resumed.completeExceptionally(new IllegalStateException(refusal.message()));
            }
        };
    }
}
