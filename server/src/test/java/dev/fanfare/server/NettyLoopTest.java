// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.FailureLog;
import dev.fanfare.testkit.ManualClock;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class NettyLoopTest {
    private final List<String> looked = new ArrayList<>();
    private final List<String> cut = new ArrayList<>();

    @Test
    void cutsConnectionThatFailsAndLooksAtOthers() {
        EmbeddedChannel channel = new EmbeddedChannel();
        FailureLog failures =
                new FailureLog(LoggerFactory.getLogger(NettyLoopTest.class), new ManualClock());
        NettyLoop loop = new NettyLoop(channel.eventLoop(), failures);
        loop.watch(
                connection(
                        "fails one",
                        () -> {
                            throw new InternalError("as planned");
                        }));
        loop.watch(connection("fails two", () -> Integer.parseInt("as planned")));
        for (int i = 0; i < 10; i++) {
            loop.watch(connection("well " + i, () -> {}));
        }

        loop.sweep(0);
        loop.sweep(0);

        assertThat(cut).containsExactlyInAnyOrder("fails one", "fails two");
        assertThat(looked).hasSize(2 + 10 + 10);
        channel.finishAndReleaseAll();
    }

    private NettyLoop.Watched connection(String name, Runnable deed) {
        return new NettyLoop.Watched() {
            @Override
            public NettyLoop.Verdict look(long now) {
                looked.add(name);
                deed.run();
                return NettyLoop.Verdict.KEEP_WATCHING;
            }

            @Override
            public void cut() {
                cut.add(name);
            }
        };
    }
}
