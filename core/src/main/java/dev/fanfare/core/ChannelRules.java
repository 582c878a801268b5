// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Retention;
import java.time.Duration;

/// What holds for the channels of one pattern.
///
/// @param retention what the history keeps
/// @param members whether they are tracked
/// @param grace how long a member who left still counts
/// @param subscribe who may subscribe, and ask for history and presence
/// @param publish who may publish
/// @param lagging what happens to a session that falls behind by more than its outbox holds
/// @param filters whether clients may subscribe with a filter
/// @param contents what clients may publish
public record ChannelRules(
        Retention retention,
        Presence members,
        Duration grace,
        Access subscribe,
        Access publish,
        Lagging lagging,
        Filters filters,
        Contents contents) {

    public static final ChannelRules DEFAULT =
            new ChannelRules(
                    Retention.NONE,
                    Presence.OFF,
                    Duration.ofSeconds(5),
                    Access.authenticated(),
                    Access.nobody(),
                    Lagging.DISCONNECT,
                    Filters.ALLOWED,
                    Contents.ANY);

    public enum Presence {
        OFF,
        /// Members can be asked for.
        TRACKED,
        /// Members can be asked for, and subscribers are sent joins and leaves.
        ANNOUNCED
    }

    public enum Lagging {
        /// The session is closed with advice to come back; its recovery serves what it missed.
        DISCONNECT,
        /// What does not fit is skipped, and the subscriber is sent a gap with the exact numbers.
        SKIP,
        /// The latest of each key stands for all that was missed, whenever the session is behind at
        /// all. The channel promises the latest, not each.
        LATEST
    }

    /// The server's own code may always subscribe a session with one.
    public enum Filters {
        ALLOWED,
        /// For a channel whose payloads the server cannot, or should not, read.
        REFUSED
    }

    /// What the server's own code publishes is not looked at.
    public enum Contents {
        ANY,
        /// What the channel's clients have encrypted for each other, as far as
        /// [Payloads#encrypted(byte\[\])] can tell. Such a channel has no filters.
        ENCRYPTED
    }

    public ChannelRules history(int size, Duration age) {
        return new ChannelRules(
                new Retention(size, age),
                members,
                grace,
                subscribe,
                publish,
                lagging,
                filters,
                contents);
    }

    public ChannelRules presence() {
        return presence(Presence.ANNOUNCED, grace);
    }

    public ChannelRules presence(Presence mode, Duration forgiven) {
        return new ChannelRules(
                retention, mode, forgiven, subscribe, publish, lagging, filters, contents);
    }

    public ChannelRules subscribe(Access who) {
        return new ChannelRules(
                retention, members, grace, who, publish, lagging, filters, contents);
    }

    public ChannelRules publish(Access who) {
        return new ChannelRules(
                retention, members, grace, subscribe, who, lagging, filters, contents);
    }

    public ChannelRules lagging(Lagging policy) {
        return new ChannelRules(
                retention, members, grace, subscribe, publish, policy, filters, contents);
    }

    public ChannelRules filters(Filters policy) {
        return new ChannelRules(
                retention, members, grace, subscribe, publish, lagging, policy, contents);
    }

    public ChannelRules encrypted() {
        return new ChannelRules(
                retention,
                members,
                grace,
                subscribe,
                publish,
                lagging,
                filters,
                Contents.ENCRYPTED);
    }

    boolean filterable() {
        return filters == Filters.ALLOWED && contents == Contents.ANY;
    }
}
