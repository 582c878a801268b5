// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The peers' wire: whatever is sent on `/pub` goes to everyone on `/sub`, and what is sent on
/// `/echo` comes back.
final class PlainWire implements Wire {
    @Override
    public String path(Role role, int index) {
        return switch (role) {
            case SUBSCRIBER -> "/sub";
            case PUBLISHER -> "/pub";
            case CALLER -> "/echo";
        };
    }

    @Override
    public List<Step> login(Role role, int index) {
        return List.of();
    }

    @Override
    public Template publication(int bytes) {
        return new Template(Template.payload(bytes));
    }

    @Override
    public Template call(int bytes) {
        return publication(bytes);
    }

    @Override
    public String answerMarker() {
        return Template.SEQUENCE;
    }

    @Override
    public @Nullable String acknowledgement() {
        return null;
    }

    @Override
    public @Nullable Step heartbeat() {
        return null;
    }
}
