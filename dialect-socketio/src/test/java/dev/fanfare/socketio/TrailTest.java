// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrailTest {
    private static Position at(long offset) {
        return new Position("e", offset, offset == 0 ? "" : "t" + offset);
    }

    private static String named(String channel, long offset) {
        return Trail.offset(
                channel,
                new Publication(offset, "t" + offset, "", 0, Content.of(new byte[] {'1'})));
    }

    @Test
    void theOffsetIsThePlaceInItsOwnChannelAndTheLastWriteBeforeItInTheOthers() {
        Trail trail = new Trail();
        trail.begins("news", at(0));
        trail.begins("room", at(7));
        trail.reached("news", at(3));
        trail.reached("room", at(9));
        trail.reached("news", at(5));
        trail.reached("room", at(12));

        assertThat(trail.places(named("news", 4), Set.of("news", "room")))
                .isEqualTo(Map.of("news", at(4), "room", at(9)));
        assertThat(trail.places(named("room", 12), Set.of("news", "room")))
                .isEqualTo(Map.of("news", at(5), "room", at(12)));
    }

    @Test
    void whoSawNothingIsWhereTheSubscriptionsBegan() {
        Trail trail = new Trail();
        trail.begins("news", at(4));
        trail.reached("news", at(6));
        trail.begins("room", at(2));

        Map<String, Position> begins = Map.of("news", at(4), "room", at(2));
        assertThat(trail.places(null, Set.of("news", "room"))).isEqualTo(begins);
        // What it saw last was in the life before this one.
        assertThat(trail.places(named("news", 4), Set.of("news", "room"))).isEqualTo(begins);
    }

    @Test
    void anOffsetFromTheLifeBeforeSaysThatNothingOfThisOneWasSeen() {
        Trail trail = new Trail();
        trail.begins("room", at(0));
        trail.reached("room", at(5));
        trail.begins("news", at(4));

        assertThat(trail.places(named("news", 4), Set.of("news", "room")))
                .isEqualTo(Map.of("news", at(4), "room", at(0)));
    }

    @Test
    void whatWasNeverWrittenCannotBePlaced() {
        Trail trail = new Trail();
        trail.begins("news", at(0));
        trail.reached("news", at(3));

        assertThat(trail.places(named("news", 4), Set.of("news"))).isNull();
        assertThat(trail.places(named("other", 1), Set.of("news"))).isNull();
        assertThat(trail.places("nonsense", Set.of("news"))).isNull();
        assertThat(trail.places("a.b", Set.of("news"))).isNull();
        assertThat(trail.places("a.%.c", Set.of("news"))).isNull();
        assertThat(trail.places(named("news", 2), Set.of("news", "unheard"))).isNull();
    }

    @Test
    void whatWasWrittenToAnEarlierSubscriptionIsNotWhereThePresentOneIs() {
        Trail trail = new Trail();
        trail.begins("news", at(0));
        trail.begins("room", at(0));
        trail.reached("room", at(2));
        trail.reached("news", at(3));
        trail.begins("room", at(9));

        assertThat(trail.places(named("news", 3), Set.of("news", "room")))
                .isEqualTo(Map.of("news", at(3), "room", at(9)));
    }

    @Test
    void itIsBounded() {
        Trail trail = new Trail();
        trail.begins("a", at(0));
        trail.begins("b", at(0));
        for (int i = 1; i <= 10_000; i++) {
            trail.reached("a", at(i));
            trail.reached("b", at(i));
        }
        for (int i = 0; i < 10_000; i++) {
            trail.begins("c" + i, at(0));
        }

        assertThat(trail.size()).isLessThanOrEqualTo(512);
        assertThat(trail.places(named("a", 5), Set.of("c9999"))).isNull();
    }

    @Test
    void whatIsOlderThanTheRestIsNotPlaced() {
        Trail trail = new Trail();
        trail.begins("a", at(0));
        trail.begins("b", at(0));
        for (int i = 1; i <= 1_000; i++) {
            trail.reached("a", at(i));
            trail.reached("b", at(i));
        }

        assertThat(trail.places(named("a", 100), Set.of("a", "b"))).isNull();
        assertThat(trail.places(named("a", 1_000), Set.of("a", "b")))
                .isEqualTo(Map.of("a", at(1_000), "b", at(999)));
    }

    /// One event, as it came over the wire.
    private record Sent(String channel, long offset) {}

    @Test
    void whereverTheClientStoppedItsPlacesAreExact() {
        Random random = new Random(11);
        for (int round = 0; round < 3_000; round++) {
            Trail trail = new Trail();
            List<Sent> wire = new ArrayList<>();
            Map<String, Long> tops = new HashMap<>();
            Map<String, Long> begins = new HashMap<>();
            for (String channel : List.of("a", "b", "c")) {
                tops.put(channel, (long) random.nextInt(5));
            }
            int writes = random.nextInt(30);
            for (int i = 0; i < writes; i++) {
                String channel = List.of("a", "b", "c").get(random.nextInt(3));
                long top = tops.getOrDefault(channel, 0L);
                if (!begins.containsKey(channel)) {
                    begins.put(channel, top);
                    trail.begins(channel, at(top));
                }
                int stretch = random.nextInt(1, 4);
                for (int k = 1; k <= stretch; k++) {
                    wire.add(new Sent(channel, top + k));
                }
                tops.put(channel, top + stretch);
                trail.reached(channel, at(top + stretch));
            }
            int seen = random.nextInt(wire.size() + 1);
            Map<String, Position> expected = new HashMap<>();
            begins.forEach((channel, top) -> expected.put(channel, at(top)));
            @Nullable String last = null;
            for (Sent sent : wire.subList(0, seen)) {
                expected.put(sent.channel, at(sent.offset));
                last = named(sent.channel, sent.offset);
            }

            assertThat(trail.places(last, begins.keySet())).isEqualTo(expected);
        }
    }
}
