// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;

/// A listener that is not interested in who is present.
record PublicationsOnly(Hearer hearer) implements Engine.Listener {
    interface Hearer {
        void published(String channel, String epoch, Publication publication);
    }

    @Override
    public void published(String channel, String epoch, Publication publication) {
        hearer.published(channel, epoch, publication);
    }

    @Override
    public void reset(String channel, Position beginning) {}

    @Override
    public void joined(String channel, Member member, String session) {}

    @Override
    public void left(String channel, Member member) {}
}
