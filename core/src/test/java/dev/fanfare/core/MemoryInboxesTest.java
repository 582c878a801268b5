// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryInboxesTest {
    private final MemoryInboxes inboxes = new MemoryInboxes(2, 10);

    private Engine.Kept put(String user, int bytes) {
        Inbox.Message message = new Inbox.Message(0, Content.of(new byte[bytes]));
        return inboxes.put(user, new Inbox(List.of(message), 0), Inbox.Bounds.DEFAULT, 0);
    }

    @Test
    void countsMessagesThatTheCapacityLeavesNoRoomFor() {
        assertThat(put("ada", 8)).isEqualTo(Engine.Kept.WAITS);
        assertThat(put("ada", 3)).isEqualTo(Engine.Kept.FULL);
        assertThat(put("bob", 3)).isEqualTo(Engine.Kept.FULL);
        assertThat(inboxes.take("bob", 0)).isEqualTo(new Inbox(List.of(), 1));
        assertThat(inboxes.take("ada", 0).lost()).isEqualTo(1);
        assertThat(put("ada", 3)).isEqualTo(Engine.Kept.WAITS);
    }

    @Test
    void remembersNoMoreUsersThanItMay() {
        assertThat(put("ada", 1)).isEqualTo(Engine.Kept.WAITS);
        assertThat(put("bob", 1)).isEqualTo(Engine.Kept.WAITS);
        assertThat(put("eve", 1)).isEqualTo(Engine.Kept.FULL);
        assertThat(inboxes.take("eve", 0)).isEqualTo(Inbox.EMPTY);
    }
}
