// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CarrierTest {
    private final List<String> messages = new ArrayList<>();

    @Test
    void eventsAreFoundAmongWhateverElseThereIs() {
        String text = ":\n\ndata: {\"a\":1}\n\nid: x\n\n2b\r\ndata: {\"b\":2}\n\ndata: \n\n";

        assertThat(read(text)).isEqualTo(text.length());

        assertThat(messages).containsExactly("{\"a\":1}", "{\"b\":2}");
    }

    @Test
    void anEventThatHasNotAllComeIsLeft() {
        String text = "data: {\"a\":1}\n\nda";
        for (int to = 0; to <= text.length(); to++) {
            messages.clear();
            int rest = read(text.substring(0, to));
            rest += read(text.substring(rest));

            assertThat(messages).as("in two, after %s bytes", to).containsExactly("{\"a\":1}");
            assertThat(text.substring(rest)).isEqualTo("da");
        }
    }

    private int read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Carrier.EVENTS.read(
                bytes,
                0,
                bytes.length,
                (_, in, from, to) ->
                        messages.add(new String(in, from, to - from, StandardCharsets.UTF_8)));
    }
}
