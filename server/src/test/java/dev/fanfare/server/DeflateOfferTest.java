// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeflateOfferTest {
    private static final String BOTH =
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "Permessage-Deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=8",
                "permessage-deflate; client_max_window_bits=\"15\"",
                "permessage-deflate; server_no_context_takeover",
                "permessage-deflate;client_no_context_takeover;server_no_context_takeover",
                "x-webkit-deflate-frame, permessage-deflate",
                "permessage-deflate; server_max_window_bits=9, permessage-deflate",
                "permessage-deflate; surprise, permessage-deflate; client_max_window_bits",
            })
    void acceptsTheFirstOfferItCanKeepWithoutAnyContext(String offers) {
        assertThat(DeflateOffer.answer(offers)).isEqualTo(BOTH);
    }

    @Test
    void confirmsAWindowOfFifteenBits() {
        assertThat(DeflateOffer.answer("permessage-deflate; server_max_window_bits=15"))
                .isEqualTo(BOTH + "; server_max_window_bits=15");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",;=,",
                "deflate",
                "permessage-deflate; server_max_window_bits=14",
                "permessage-deflate; server_max_window_bits=8",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; server_max_window_bits=015",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=08",
                "permessage-deflate; client_max_window_bits=",
                "permessage-deflate; client_max_window_bits=x",
                "permessage-deflate; client_max_window_bits; client_max_window_bits",
                "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                "permessage-deflate; server_no_context_takeover=1",
                "permessage-deflate; client_no_context_takeover=\"\"",
                "permessage-deflate; unknown",
                "permessage-deflate; ",
                "permessage-deflate; unknown=\"a, permessage-deflate; b\"",
            })
    void declinesWhatItCannotKeepOrDoesNotKnow(String offers) {
        assertThat(DeflateOffer.answer(offers)).isNull();
    }

    @Test
    void readsEightKilobytesOfNonsenseAtOnce() {
        assertThat(DeflateOffer.answer("permessage-deflate; a".repeat(400))).isNull();
        assertThat(DeflateOffer.answer(" ".repeat(7_000) + ",".repeat(1_000))).isNull();
    }
}
