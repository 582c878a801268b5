// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Position;
import dev.fanfare.testkit.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// One clean run, and then one planted fault of each kind: the control of everything that is
/// checked with this.
final class DeliveryCheckerTest {
    private static final String CHANNEL = "orders";
    private static final String EPOCH = "e";

    private final DeliveryChecker checker = new DeliveryChecker();
    private final SubscriberView ada = checker.subscriber("ada", CHANNEL);

    private void subscribedAt(long offset, Recovered recovered) {
        ada.subscribed(at(offset), recovered);
    }

    private static Position at(long offset) {
        return new Position(EPOCH, offset, offset == 0 ? "" : "t" + offset);
    }

    private void published(long... offsets) {
        for (long offset : offsets) {
            checker.sent(CHANNEL, "p" + offset);
            checker.acked(CHANNEL, at(offset), "p" + offset);
        }
    }

    private void delivered(long... offsets) {
        for (long offset : offsets) {
            ada.publication(offset, "t" + offset, "p" + offset);
        }
    }

    private List<Kind> found() {
        return checker.verify().stream().map(Violation::kind).distinct().toList();
    }

    @Test
    void hasNothingToSayOfACleanRun() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3, 4, 5, 6, 7, 8, 9);
        delivered(1, 2);
        ada.disconnected();
        subscribedAt(4, Recovered.YES);
        delivered(3, 4, 5);
        ada.gap(5, at(7));
        delivered(8);
        ada.disconnected();
        subscribedAt(9, Recovered.NO);

        assertThat(checker.verify()).isEmpty();
        assertThat(checker.counts()).isEqualTo(new DeliveryChecker.Counts(9, 6, 1, 1, 1));
    }

    @Test
    void owesNothingToThoseWhoAreAway() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2);
        delivered(1);
        ada.disconnected();
        assertThat(checker.verify()).isEmpty();
    }

    @Test
    void allowsDeliveryBeforeTheAcknowledgementOrWithoutIt() {
        subscribedAt(0, Recovered.NOT_ASKED);
        checker.sent(CHANNEL, "p1");
        checker.sent(CHANNEL, "p2");
        delivered(1, 2);
        checker.acked(CHANNEL, at(1), "p1");
        assertThat(checker.verify()).isEmpty();
    }

    @Test
    void findsWhatIsLostAtTheEnd() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2);
        delivered(1);
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void findsWhatWasLeftOutWithAPrevWhereEachIsPromised() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3);
        delivered(1);
        ada.publication(3, "t3", 1, "p3");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void allowsWhatIsLeftOutWhereTheLatestIsPromised() {
        SubscriberView bob = checker.subscriber("bob", CHANNEL, DeliveryChecker.Promise.LATEST);
        bob.subscribed(at(0), Recovered.NOT_ASKED);
        published(1, 2, 3);
        bob.publication(3, "t3", 0, "p3");
        assertThat(checker.verify()).isEmpty();
    }

    @Test
    void findsWhatIsLostInAnotherEpoch() {
        subscribedAt(0, Recovered.NOT_ASKED);
        checker.sent(CHANNEL, "later");
        checker.acked(CHANNEL, new Position("f", 1, "x1"), "later");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void findsADuplicate() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2);
        delivered(1, 2, 1);
        assertThat(found()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void findsWhatIsStoredTwice() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1);
        delivered(1);
        ada.publication(2, "t2", "p1");
        assertThat(found()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void findsASwappedPair() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2);
        delivered(2, 1);
        assertThat(found()).contains(Kind.REORDERED);
    }

    @Test
    void findsAPhantom() {
        subscribedAt(0, Recovered.NOT_ASKED);
        ada.publication(1, "t1", "nobody sent this");
        assertThat(found()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void findsAnotherPayload() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1);
        checker.sent(CHANNEL, "p9");
        ada.publication(1, "t1", "p9");
        assertThat(found()).containsExactly(Kind.DIFFERS);
    }

    @Test
    void findsAnotherTag() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1);
        ada.publication(1, "other", "p1");
        assertThat(found()).containsExactly(Kind.DIFFERS);
    }

    @Test
    void findsATailThatIsNotWhole() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3);
        delivered(1);
        ada.disconnected();
        subscribedAt(3, Recovered.YES);
        delivered(3);
        assertThat(found()).containsExactly(Kind.TAIL_NOT_EXACT);
    }

    @Test
    void findsATailThatNeverCame() {
        subscribedAt(0, Recovered.NOT_ASKED);
        ada.disconnected();
        subscribedAt(3, Recovered.YES);
        assertThat(found()).containsExactly(Kind.TAIL_NOT_EXACT);
    }

    @Test
    void findsARecoveryInAHistoryThatWasCutAndHasGrownAgain() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3);
        delivered(1, 2, 3);
        ada.disconnected();
        checker.cut(CHANNEL, EPOCH, 1);
        for (int n = 2; n <= 4; n++) {
            checker.sent(CHANNEL, "q" + n);
            checker.acked(CHANNEL, new Position(EPOCH, n, "u" + n), "q" + n);
        }
        ada.subscribed(new Position(EPOCH, 4, "u4"), Recovered.YES);
        ada.publication(4, "u4", "q4");
        assertThat(found()).contains(Kind.TAIL_NOT_EXACT);
    }

    @Test
    void allowsABeginningAnewInAHistoryThatWasCut() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3);
        delivered(1, 2, 3);
        ada.disconnected();
        checker.cut(CHANNEL, EPOCH, 1);
        checker.sent(CHANNEL, "q2");
        checker.acked(CHANNEL, new Position(EPOCH, 2, "u2"), "q2");
        ada.subscribed(new Position(EPOCH, 2, "u2"), Recovered.NO);
        assertThat(checker.verify()).isEmpty();
    }

    @Test
    void findsAWrongPrev() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3, 4);
        delivered(1, 2);
        ada.publication(4, "t4", 1, "p4");
        assertThat(found()).containsExactly(Kind.WRONG_PREV);
    }

    @Test
    void findsASilentGap() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3);
        delivered(1, 3);
        assertThat(found()).containsExactly(Kind.SILENT_GAP);
    }

    @Test
    void findsAGapThatIsTooNarrow() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3, 4);
        delivered(1);
        ada.gap(1, at(2));
        delivered(4);
        assertThat(found()).containsExactly(Kind.SILENT_GAP);
    }

    @Test
    void findsAGapThatDoesNotBeginWhereTheViewIs() {
        subscribedAt(0, Recovered.NOT_ASKED);
        published(1, 2, 3);
        delivered(1, 2);
        ada.gap(1, at(3));
        assertThat(found()).containsExactly(Kind.WRONG_GAP);
    }

    @Test
    void findsWhatComesBeforeTheSubscription() {
        published(1);
        delivered(1);
        assertThat(found()).containsExactly(Kind.UNINVITED);
    }

    @Test
    void findsEveryDropInAThousandSeededRuns() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            DeliveryChecker run = new DeliveryChecker();
            SubscriberView view = run.subscriber("ada", CHANNEL);
            view.subscribed(at(0), Recovered.NOT_ASKED);
            int count = 2 + random.nextInt(20);
            int dropped = 1 + random.nextInt(count);
            List<Long> order = new ArrayList<>();
            for (long n = 1; n <= count; n++) {
                run.sent(CHANNEL, "p" + n);
                run.acked(CHANNEL, at(n), "p" + n);
                if (n != dropped) {
                    order.add(n);
                }
            }
            order.forEach(n -> view.publication(n, "t" + n, "p" + n));
            assertThat(run.verify()).as("seed " + seed).hasSize(1);
        }
    }
}
