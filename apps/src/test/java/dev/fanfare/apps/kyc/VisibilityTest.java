// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibilityTest {
    @Test
    void aReaderSawWhatHadEndedBeforeIt() {
        Visibility reader = Visibility.parse("100:110:100,105");
        assertThat(reader.saw(99)).isTrue();
        assertThat(reader.saw(100)).as("under way").isFalse();
        assertThat(reader.saw(101)).isTrue();
        assertThat(reader.saw(105)).as("under way").isFalse();
        assertThat(reader.saw(109)).isTrue();
        assertThat(reader.saw(110)).as("not begun").isFalse();
        assertThat(Visibility.parse("100:100:").saw(99)).isTrue();
    }

    @Test
    void numbersThatHaveWrappedAreTheNearestOnes() {
        long epoch = 1L << 32;
        Visibility reader = Visibility.parse((epoch + 5) + ":" + (epoch + 5) + ":");
        assertThat(reader.saw(0xFFFFFFF0L)).as("of the epoch before").isTrue();
        assertThat(reader.saw(4)).isTrue();
        assertThat(reader.saw(6)).isFalse();
        Visibility before = Visibility.parse((epoch - 5) + ":" + (epoch - 5) + ":");
        assertThat(before.saw(3)).as("of the epoch after").isFalse();
        assertThat(before.saw(0xFFFFFFF0L)).isTrue();
    }
}
