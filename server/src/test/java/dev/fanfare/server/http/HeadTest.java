// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadTest {
    @ParameterizedTest
    @CsvSource({
        "/a/b, a|b",
        "/, ''",
        "/a//b/, a||b|",
        "/docs%3Ahandbook%2Fintro/history, docs:handbook/intro|history",
        "/a%252Fb, a%2Fb",
        "/x%23%2B~%3D+, x#+~=+",
        "/..%2F..%2Fhealth, ../../health",
        "/J%C3%BCrgen%0A, 'J\u00fcrgen\\n'",
    })
    void decodesEachSegmentOfAPathAfterItIsSplit(String uri, String segments) {
        Request.Target target = Head.target(uri);

        assertThat(target).isNotNull();
        assertThat(target.segments())
                .isEqualTo(List.of(segments.translateEscapes().split("\\|", -1)));
    }

    @Test
    void keepsAnEncodedSlashApartFromOneThatSeparates() {
        Request.Target target = Head.target("/api%2Fv1/publish");

        assertThat(target).isNotNull();
        assertThat(target.path()).isEqualTo("/api%2Fv1/publish");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "health", "/%zz", "/%2", "/%C3", "/a b", "/a%00b", "/a#b", "/?%00"})
    void refusesAPathOrQueryThatCannotBeRead(String uri) {
        assertThat(Head.target(uri)).isNull();
    }
}
