// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [Engine] promises of who is present. See [EngineContract].
public abstract class PresenceContract {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration ALMOST = GRACE.minusMillis(1);

    protected final ManualClock clock = new ManualClock();
    private final String channel = "presence-" + UUID.randomUUID();
    private final List<String> announced = Collections.synchronizedList(new ArrayList<>());
    private @Nullable Engine started;

    protected PresenceContract() {}

    /// A new engine, not started. It is closed after the test.
    protected abstract Engine engine(Clock clock);

    @BeforeEach
    final void start() {
        started = engine(clock);
        started.start(new Scribe());
        Answers.of(started.subscribe(channel));
    }

    @AfterEach
    final void stop() {
        engine().close();
    }

    private Engine engine() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    private static Member member(String user) {
        return new Member(user, ("{\"name\":\"" + user + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private void joins(String user, String session) {
        joins(user, session, GRACE);
    }

    private void joins(String user, String session, Duration grace) {
        Answers.of(engine().join(new Engine.Presence(channel, member(user), session, grace)));
    }

    private void leaves(String user, String session) {
        Answers.of(engine().leave(channel, user, session));
    }

    private List<Member> members() {
        return Answers.of(engine().members(channel, null, 100));
    }

    /// These were announced, and nothing else. What one more member's join finds already there is
    /// all that had been under way.
    private void announces(String... expected) {
        String fence = "fence" + UUID.randomUUID();
        joins(fence, "fence-session", Duration.ZERO);
        eventually(() ->
                assertThat(List.copyOf(announced)).contains(fence + " joins by fence-session"));
        assertThat(List.copyOf(announced).stream().filter(line -> !line.startsWith("fence")))
                .containsExactly(expected);
    }

    @Test
    void hasOneEntryForAUserWithManySessions() {
        joins("ada", "s1");
        joins("ada", "s2");
        joins("bob", "s3");
        assertThat(members()).containsExactlyInAnyOrder(member("ada"), member("bob"));
        announces("ada joins by s1", "bob joins by s3");
    }

    @Test
    void saysThatAUserLeftOnceTheLastSessionHasAndTheGraceIsOver() {
        joins("ada", "s1");
        joins("ada", "s2");
        leaves("ada", "s1");
        clock.advance(GRACE.multipliedBy(3));
        announces("ada joins by s1");
        leaves("ada", "s2");
        clock.advance(ALMOST);
        announces("ada joins by s1");
        clock.advance(Duration.ofMillis(1));
        announces("ada joins by s1", "ada leaves");
    }

    @Test
    void countsAMemberUntilTheGraceIsOver() {
        joins("ada", "s1");
        leaves("ada", "s1");
        clock.advance(ALMOST);
        assertThat(members()).containsExactly(member("ada"));
        clock.advance(Duration.ofMillis(1));
        eventually(() -> assertThat(members()).isEmpty());
    }

    @Test
    void saysNothingOfAUserWhoIsBackWithinTheGrace() {
        joins("ada", "s1");
        leaves("ada", "s1");
        clock.advance(ALMOST);
        joins("ada", "s2");
        clock.advance(GRACE.multipliedBy(3));
        announces("ada joins by s1");
        assertThat(members()).contains(member("ada"));
    }

    @Test
    void startsTheGraceAnewWithEachLastLeave() {
        joins("ada", "s1");
        leaves("ada", "s1");
        clock.advance(ALMOST);
        joins("ada", "s2");
        leaves("ada", "s2");
        clock.advance(ALMOST);
        announces("ada joins by s1");
        clock.advance(Duration.ofMillis(1));
        announces("ada joins by s1", "ada leaves");
    }

    @Test
    void saysThatAUserJoinedWhoComesBackAfterTheGrace() {
        joins("ada", "s1");
        leaves("ada", "s1");
        clock.advance(GRACE);
        eventually(() -> assertThat(List.copyOf(announced)).contains("ada leaves"));
        joins("ada", "s2");
        announces("ada joins by s1", "ada leaves", "ada joins by s2");
    }

    @Test
    void saysAtOnceThatAUserLeftWhenThereIsNoGrace() {
        joins("ada", "s1", Duration.ZERO);
        leaves("ada", "s1");
        clock.advance(Duration.ZERO);
        announces("ada joins by s1", "ada leaves");
        assertThat(members()).doesNotContain(member("ada"));
    }

    @Test
    void countsASessionThatJoinsTwiceOnce() {
        joins("ada", "s1");
        joins("ada", "s1");
        leaves("ada", "s1");
        clock.advance(GRACE);
        announces("ada joins by s1", "ada leaves");
    }

    @Test
    void caresNothingForALeaveOfASessionThatIsNotThere() {
        joins("ada", "s1");
        leaves("ada", "another");
        leaves("nobody", "s9");
        leaves("ada", "another");
        clock.advance(GRACE.multipliedBy(2));
        announces("ada joins by s1");
        assertThat(members()).contains(member("ada"));
    }

    @Test
    void answersNoMoreMembersThanTheLimit() {
        for (int n = 0; n < 5; n++) {
            joins("user" + n, "s" + n);
        }
        assertThat(Answers.of(engine().members(channel, null, 3)))
                .hasSize(3)
                .doesNotHaveDuplicates();
        assertThat(Answers.of(engine().members(channel, null, 0))).isEmpty();
        assertThat(members()).hasSize(5);
    }

    @Test
    void answersEveryMemberOnceByPages() {
        for (int n = 0; n < 25; n++) {
            joins("user" + n, "s" + n);
        }
        List<String> seen = new ArrayList<>();
        String after = null;
        for (List<Member> page = page(after); !page.isEmpty(); page = page(after)) {
            page.forEach(member -> seen.add(member.user()));
            after = page.getLast().user();
            // The order does not hang on who is present.
            leaves(after, "s" + after.substring(4));
            clock.advance(GRACE.multipliedBy(2));
        }
        assertThat(seen).hasSize(25).doesNotHaveDuplicates();
    }

    private List<Member> page(@Nullable String after) {
        return Answers.of(engine().members(channel, after, 10));
    }

    @Test
    void keepsChannelsApart() {
        joins("ada", "s1");
        assertThat(Answers.of(engine().members(channel + "-other", null, 10))).isEmpty();
    }

    private final class Scribe implements Engine.Listener {
        @Override
        public void published(String from, String epoch, Publication publication) {}

        @Override
        public void reset(String from, Position beginning) {}

        @Override
        public void joined(String from, Member member, String session) {
            announced.add(member.user() + " joins by " + session);
        }

        @Override
        public void left(String from, Member member) {
            announced.add(member.user() + " leaves");
        }
    }
}
