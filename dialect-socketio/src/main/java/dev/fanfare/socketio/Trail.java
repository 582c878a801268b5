// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.engine.Publication;

/// Where a client is, for its return.
final class Trail {
    private Trail() {}

    /// What a publication is called on the wire.
    static String offset(String channel, Publication publication) {
        return Integer.toString(channel.hashCode(), 36)
                + '.'
                + Long.toString(publication.offset(), 36)
                + '.'
                + publication.tag();
    }
}
