// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A driver that cannot find a fault would call every server good.
class OrderTest {
    @Test
    void everyNumberInTurnIsClean() {
        assertThat(check(0, 1, 2, 3)).containsExactly(4L, 0L, 0L);
    }

    @Test
    void aHoleIsCountedByWhatIsMissing() {
        assertThat(check(0, 1, 4)).containsExactly(3L, 2L, 0L);
    }

    @Test
    void theFirstOnesCanBeMissing() {
        assertThat(check(2, 3)).containsExactly(2L, 2L, 0L);
    }

    @Test
    void theLastOnesCanBeMissing() {
        Order order = new Order();
        Order.Place place = new Order.Place();
        order.check(place, 0);
        order.end(place, 3);
        assertThat(order.lost()).isEqualTo(2);
    }

    @Test
    void oneThatComesAgainIsRepeated() {
        assertThat(check(0, 1, 1, 2)).containsExactly(4L, 0L, 1L);
    }

    @Test
    void oneThatComesLateIsMissingAndRepeated() {
        assertThat(check(0, 2, 1, 3)).containsExactly(4L, 1L, 1L);
    }

    @Test
    void numbersAreReadBackFromAMessage() {
        byte[] text = new Template(Template.payload(128)).message(123_456, 987_654_321);
        Marker sequence = new Marker(Template.SEQUENCE);
        Marker time = new Marker(Template.TIME);

        assertThat(text).hasSize(128);
        assertThat(Template.sequence(text, sequence.after(text, 0, text.length)))
                .isEqualTo(123_456);
        assertThat(Template.time(text, time.after(text, 0, text.length))).isEqualTo(987_654_321);
    }

    @Test
    void framesAreFoundHoweverTheBytesAreCut() {
        byte[] bytes = {(byte) 0x81, 2, 'a', 'b', (byte) 0x81, 1, 'c', (byte) 0x81};
        List<String> texts = new ArrayList<>();

        int rest =
                Frames.read(
                        bytes,
                        0,
                        bytes.length,
                        (opcode, b, from, to) -> texts.add(text(b, from, to)));

        assertThat(texts).containsExactly("ab", "c");
        assertThat(rest).isEqualTo(7);
    }

    @Test
    void whatIsWrittenIsMasked() {
        ByteBuffer out = ByteBuffer.allocate(20);
        Frames.write(out, Frames.TEXT, new byte[] {'h', 'i'}, 0x01020304);
        assertThat(out.flip().remaining()).isEqualTo(8);
        assertThat(out.get(1)).isEqualTo((byte) 0x82);
        assertThat((byte) (out.get(6) ^ 0x01)).isEqualTo((byte) 'h');
    }

    @Test
    void aQuantileIsWithinItsBucket() {
        Histogram histogram = new Histogram();
        for (int i = 1; i <= 1_000; i++) {
            histogram.add(i * 1_000L);
        }
        assertThat(histogram.quantile(.5)).isBetween(490_000.0, 501_000.0);
        assertThat(histogram.quantile(.99)).isBetween(974_000.0, 991_000.0);
    }

    private static List<Long> check(long... numbers) {
        Order order = new Order();
        Order.Place place = new Order.Place();
        for (long number : numbers) {
            order.check(place, number);
        }
        return List.of(order.arrived(), order.lost(), order.repeated());
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
