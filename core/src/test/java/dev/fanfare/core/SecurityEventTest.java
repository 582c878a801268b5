// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

final class SecurityEventTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(SecurityEvent.LOGGER);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
    }

    private List<String> lines() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "plain | plain",
                "https://a.example:8443/x?y | https://a.example:8443/x?y",
                "two words | \"two words\"",
                "a=b | \"a=b\"",
                "say \"no\" | \"say 'no'\"",
                "one\\r\\nevent=signed_in | \"one  event=signed_in\"",
                "bell\\007 | \"bell \"",
                "line\u2028separator | \"line separator\"",
                "naïve | \"naïve\"",
                "^^ | \"\""
            })
    void makesHarmlessWhatAClientMayHaveChosen(String value, String shown) {
        SecurityEvent.BAD_ORIGIN.with("origin", value.translateEscapes()).log();
        assertThat(lines()).containsExactly("event=bad_origin origin=" + shown);
    }

    @Test
    void cutsWhatIsLongAndLeavesOutWhatIsNotKnown() {
        SecurityEvent.BAD_ORIGIN.with("origin", "x".repeat(1_000)).with("user", null).log();
        assertThat(lines()).containsExactly("event=bad_origin origin=" + "x".repeat(200) + "...");
    }

    @Test
    void tellsOfAFloodOnceAndOfDenialsAHundredTimes() {
        House house =
                House.with(ChannelRules.DEFAULT.subscribe(Access.nobody()))
                        .limits(Limits.DEFAULT.rate(new Limits.Rate(100, 200, 1_000)));
        MemoryTransport ada = house.connect("ada");
        for (int i = 0; i < 150; i++) {
            house.subscribe(ada, "secret");
        }
        assertThat(lines()).hasSize(100).allMatch(line -> line.contains(" channel=secret"));
        assertThat(lines().getLast()).endsWith(" further=\"not logged\"");
        log.list.clear();
        for (int i = 0; i < 1_000 && ada.closed() == null; i++) {
            for (int n = 0; n < 300; n++) {
                house.receive(ada, new Command.Ping(1));
            }
            house.clock.advance(Duration.ofMillis(500));
            house.loop.runAll();
        }
        assertThat(ada.closed()).isEqualTo(Close.FLOOD);
        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("event=flood endpoint=test session=")
                .endsWith(" user=ada limit=commands");
    }
}
