// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// One connection's place among the [Strangers], until its peer has said who it is. On its loop
/// only.
final class Stranger {
    private final Strangers strangers;
    private @Nullable String from;

    Stranger(Strangers strangers) {
        this.strangers = strangers;
    }

    /// Counts it, and answers whether there is room.
    boolean admit(InetAddress address) {
        from = strangers.key(address);
        return from == null || strangers.enter(from) == Strangers.Entry.ADMITTED;
    }

    boolean counted() {
        return from != null;
    }

    /// It is none any more.
    void known() {
        String place = handOver();
        if (place != null) {
            strangers.leave(place);
        }
    }

    /// Where it is counted, for whoever gives that back from now on; null when it is not.
    @Nullable String handOver() {
        String place = from;
        from = null;
        return place;
    }
}
