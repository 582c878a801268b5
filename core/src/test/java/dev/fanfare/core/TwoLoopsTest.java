// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Content;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Two loops with subscribers of one channel of which nothing is kept: what one of them is just
/// handing out is not dropped because the other has done so.
final class TwoLoopsTest {
    private static final ChannelRules UNKEPT =
            ChannelRules.DEFAULT.history(0, Duration.ZERO).subscribe(Access.anyone());

    private final House house = House.with(UNKEPT);
    private final ManualLoop otherLoop = new ManualLoop();
    private final MemoryTransport first = house.connect("first");
    private final MemoryTransport other = new MemoryTransport(otherLoop);

    /// Is asked before the first is: the other loop is quicker in the middle of a turn.
    private final MemoryTransport last = house.connect("last");

    private void listen() {
        otherLoop.in(
                () -> other.of(house.hub.open(house.endpoint(), other, Principal.of("other"))));
        otherLoop.in(() -> other.session().receive(new Command.Subscribe(1, "news", null)));
        house.subscribe(first, "news");
        house.subscribe(last, "news");
        runAll();
        first.take();
        last.whenAsked(otherLoop::runAll);
    }

    private void runAll() {
        house.loop.runAll();
        otherLoop.runAll();
    }

    @Test
    void whoWasExceptedIsSentWhatComesNext() {
        listen();
        house.publish("news", content("own").except(first.session().id()));
        runAll();
        house.publish("news", "next");
        runAll();
        assertThat(first.take()).singleElement().asString().endsWith(" 0 next");
    }

    @Test
    void whoCouldNotTakeItIsSentItLater() {
        listen();
        first.stall();
        house.publish("news", "one");
        runAll();
        first.drain();
        runAll();
        assertThat(first.take()).singleElement().asString().endsWith(" 0 one");
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
