// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFrameTest {
    @Test
    void aShortTextHasAHeaderOfTwoBytes() {
        assertThat(TextFrame.of(new byte[] {'h', 'i'}))
                .containsExactly((byte) 0x81, (byte) 2, (byte) 'h', (byte) 'i');
    }

    @ParameterizedTest
    @CsvSource({"0,2", "125,2", "126,4", "65535,4", "65536,10", "100000,10"})
    void theLengthIsWrittenInTheFewestBytes(int length, int headroom) {
        byte[] frame = TextFrame.of(new byte[length]);
        assertThat(frame).hasSize(headroom + length);
        assertThat(frame[0]).isEqualTo((byte) 0x81);
        ByteBuffer in = ByteBuffer.wrap(frame, 1, headroom - 1);
        long first = in.get();
        long announced =
                switch (headroom) {
                    case 2 -> first;
                    case 4 -> in.getShort() & 0xFFFFL;
                    default -> in.getLong();
                };
        assertThat(announced).isEqualTo(length);
        assertThat(first).isEqualTo(headroom == 2 ? length : headroom == 4 ? 126 : 127);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 60, 63, 40_000})
    void partsMakeTheFrameThatTheWholeMakes(int half) {
        byte[] part = new byte[half];
        Arrays.fill(part, (byte) 'x');
        byte[] whole = new byte[2 * half];
        Arrays.fill(whole, (byte) 'x');
        assertThat(TextFrame.of(part, part)).isEqualTo(TextFrame.of(whole));
    }
}
