// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/// What a session has sent waits for a slow handler, and only so much of it.
final class WaitingMessagesTest {
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore go = new Semaphore(0);
    private final House house =
            House.with(ChannelRules.DEFAULT)
                    .handlers(
                            Map.of(
                                    "slow",
                                    (_, _) -> {
                                        begun.release();
                                        go.acquire();
                                        return null;
                                    }));
    private final MemoryTransport ada = house.connect("ada");

    @Test
    void areCounted() throws InterruptedException {
        send(1, 1);
        begun.acquire();
        for (int i = 2; i <= 1_002; i++) {
            send(i, 1);
        }
        house.loop.runAll();
        assertThat(ada.take()).containsExactly("1002 refused too_many_requests waiting-messages");
        everyoneIsAnswered(1_001);
    }

    @Test
    void areBoundedInBytesToo() throws InterruptedException {
        send(1, 1 << 20);
        begun.acquire();
        for (int i = 2; i <= 6; i++) {
            send(i, 1 << 20);
        }
        house.loop.runAll();
        assertThat(ada.take()).containsExactly("6 refused too_many_requests waiting-messages");
        everyoneIsAnswered(5);
        send(7, 1 << 20);
        everyoneIsAnswered(1);
    }

    private void send(long id, int size) {
        house.receive(ada, new Command.Send(id, "slow", new byte[size]));
    }

    private void everyoneIsAnswered(int messages) {
        go.release(messages);
        List<String> answers = new ArrayList<>();
        eventually(() -> {
            house.loop.runAll();
            answers.addAll(ada.take());
            assertThat(answers).hasSize(messages);
        });
        assertThat(answers).allMatch(each -> each.contains("answer"));
    }
}
