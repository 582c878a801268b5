// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ChangeIdTest {
    @Test
    void isWrittenAsPostgresWritesPlacesInItsLogAndReadBack() {
        ChangeId id = new ChangeId(0x16_B374D848L, 3);
        assertThat(id).hasToString("16/B374D848:3");
        assertThat(ChangeId.parse("16/B374D848:3")).isEqualTo(id);
        ChangeId high = new ChangeId(0xFFFFFFFF_FFFFFFF8L, 1);
        assertThat(ChangeId.parse(high.toString())).isEqualTo(high);
    }

    @Test
    void ordersByCommitThenBySequenceAndPlacesAreUnsigned() {
        ChangeId early = new ChangeId(0x10, 9);
        ChangeId later = new ChangeId(0x18, 1);
        ChangeId last = new ChangeId(0xFFFFFFFF_FFFFFFF8L, 1);
        assertThat(ChangeId.ZERO).isLessThan(early);
        assertThat(early).isLessThan(later).isGreaterThan(new ChangeId(0x10, 8));
        assertThat(later).isLessThan(last);
    }

    @Test
    void whatIsNoIdIsRefused() {
        for (String text : new String[] {"", "16", "16/B3", "16:3", "x/y:1", "1/2:z"}) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> ChangeId.parse(text));
        }
    }
}
