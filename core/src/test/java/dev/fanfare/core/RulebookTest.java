// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RulebookTest {
    private static final ChannelRules ONE = ChannelRules.DEFAULT.lagging(ChannelRules.Lagging.SKIP);
    private static final ChannelRules TWO =
            ChannelRules.DEFAULT.lagging(ChannelRules.Lagging.LATEST);

    @Test
    void aPatternCapturesWhatStandsAtItsNames() {
        Rulebook book = Rulebook.of(Map.of("store:{store}:orders:{order}", ONE));
        assertThat(book.match("store:7:orders:42"))
                .isEqualTo(new Rulebook.Match(ONE, Map.of("store", "7", "order", "42")));
        assertThat(book.match("store:7:orders:")).isNull();
        assertThat(book.match("store:7:8:orders:42")).isNull();
        assertThat(book.match("stores:7:orders:42")).isNull();
    }

    @Test
    void theMostLiteralPatternWins() {
        Rulebook book = Rulebook.of(Map.of("{any}", ONE, "token:price", TWO, "token:{name}", ONE));
        assertThat(book.match("token:price")).extracting(Rulebook.Match::rules).isEqualTo(TWO);
        assertThat(book.match("token:other")).extracting(Rulebook.Match::rules).isEqualTo(ONE);
    }

    @Test
    void aPatternNeedsALiteralBetweenTwoNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rulebook.of(Map.of("{a}{b}", ONE)))
                .withMessageContaining("{a}{b}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\nb", "a\u0000", "é", "a..b", "*", "a{b"})
    void aBadNameIsExplained(String name) {
        assertThat(Rulebook.problem(name)).startsWith("A channel's name");
    }

    @Test
    void aNameHasAtMost255Characters() {
        assertThat(Rulebook.problem("x".repeat(255))).isNull();
        assertThat(Rulebook.problem("x".repeat(256))).contains("255").contains("256");
    }
}
