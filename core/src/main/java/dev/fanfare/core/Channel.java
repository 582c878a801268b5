// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Published;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A channel, for the server's own code: no rule restrains it. Any thread.
public final class Channel {
    private final Hub hub;
    private final String name;
    private final @Nullable String except;

    Channel(Hub hub, String name) {
        this(hub, name, null);
    }

    private Channel(Hub hub, String name, @Nullable String except) {
        this.hub = hub;
        this.name = name;
        this.except = except;
    }

    /// The same channel; what is published by it is not sent to `sender`.
    public Channel except(Session sender) {
        return new Channel(hub, name, sender.id());
    }

    public String name() {
        return name;
    }

    /// Publishes `value` as its payload; a [Content] as it is, if its data is a payload.
    ///
    /// @throws IllegalArgumentException when it cannot be sent, and says why; so do the others
    public CompletionStage<Published> publish(Object value) {
        return publishChecked(hub.content(value), null);
    }

    /// Publishes under an event name.
    public CompletionStage<Published> publish(String event, Object value) {
        return publishChecked(hub.content(event, value), null);
    }

    /// @param idempotencyKey publishing again with the same key publishes nothing, and another
    ///   content with it is answered [Published.Novelty#CONFLICT]; null publishes always
    public CompletionStage<Published> publish(Content content, @Nullable String idempotencyKey) {
        return publishChecked(hub.content(content), idempotencyKey);
    }

    private CompletionStage<Published> publishChecked(Content content, @Nullable String key) {
        return hub.publish(name, except == null ? content : content.except(except), key);
    }

    /// Why a client could not publish this as data here, whoever it is; null when it could.
    public @Nullable Refusal refusal(byte[] data) {
        return hub.refusal(hub.rules(name), data);
    }

    public CompletionStage<History> history(HistoryQuery query) {
        return hub.engine().history(name, query);
    }

    /// What this channel is published from has lost its continuity: the history is dropped and a
    /// new epoch begins. Every subscriber is sent a gap, at once or, if it was away, as `recovered:
    /// false`; what is published from then on comes after that.
    ///
    /// @return the place before the new epoch's first publication
    public CompletionStage<Position> reset() {
        return hub.engine().reset(name);
    }

    /// At most `limit` of who is present.
    public CompletionStage<List<Member>> members(int limit) {
        return members(null, limit);
    }

    /// The same, from behind this user on.
    public CompletionStage<List<Member>> members(@Nullable String after, int limit) {
        return hub.engine().members(name, after, limit);
    }
}
