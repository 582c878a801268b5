// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class CodecTest {
    private final Codec codec = new Codec(Codec.MAX_MESSAGE);

    static Stream<Arguments> commands() {
        return Cases.good("commands");
    }

    static Stream<Arguments> badCommands() {
        return Cases.file("bad-commands")
                .valueStream()
                .map(one -> Arguments.of(one.get("name").stringValue(), one));
    }

    static Stream<Arguments> fromTheServer() {
        return Stream.concat(Cases.good("replies"), Cases.good("pushes"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void aCommandIsUnderstood(String name, String text, String canonical) throws BadFrame {
        ClientFrame frame = codec.decodeClient(text.getBytes(UTF_8));
        assertThat(new String(Codec.encode(frame), UTF_8)).as(name).isEqualTo(canonical);
        assertThat(codec.decodeClient(canonical.getBytes(UTF_8))).isEqualTo(frame);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fromTheServer")
    void aReplyOrPushIsUnderstood(String name, String text, String canonical) throws BadFrame {
        ServerFrame frame = Codec.decodeServer(text.getBytes(UTF_8));
        assertThat(new String(Codec.encode(frame), UTF_8)).as(name).isEqualTo(canonical);
        assertThat(Codec.decodeServer(canonical.getBytes(UTF_8))).isEqualTo(frame);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badCommands")
    void aBadCommandIsRefusedByTheNameOfWhatIsWrong(String name, JsonNode one) {
        byte[] bytes = Cases.bytes(one);
        BadFrame bad = catchThrowableOfType(BadFrame.class, () -> codec.decodeClient(bytes));
        assertThat(bad).as(name).isNotNull();
        JsonNode error = one.get("error");
        assertThat(bad.code().name().toLowerCase(Locale.ROOT))
                .isEqualTo(error.get("code").stringValue());
        assertThat(bad.field()).isEqualTo(error.path("field").stringValue(null));
        assertThat(bad.limit()).isEqualTo(error.path("limit").stringValue(null));
        assertThat(bad.id()).isEqualTo(error.path("id").longValue(0));
    }

    @Test
    void thereIsACaseForEveryTypeOfFrame() throws BadFrame {
        Set<Class<?>> seen = new HashSet<>();
        for (Arguments one : commands().toList()) {
            seen.add(codec.decodeClient(((String) one.get()[1]).getBytes(UTF_8)).getClass());
        }
        for (Arguments one : fromTheServer().toList()) {
            seen.add(Codec.decodeServer(((String) one.get()[1]).getBytes(UTF_8)).getClass());
        }
        assertThat(seen)
                .containsAll(List.of(ClientFrame.class.getPermittedSubclasses()))
                .containsAll(List.of(ServerFrame.Reply.class.getPermittedSubclasses()))
                .containsAll(List.of(ServerFrame.Push.class.getPermittedSubclasses()));
    }

    @Test
    void anErrorRepeatsNothingOfTheInput() {
        for (String text :
                List.of(
                        "{\"type\":\"SECRET\",\"id\":1}",
                        "{\"type\":\"ping\",\"SECRET\":1,\"SECRET\":2}",
                        "{\"type\":\"ping\",\"id\":\"SECRET\"}",
                        "{\"type\":\"history\",\"channel\":\"c\",\"order\":\"SECRET\"}",
                        "{\"SECRET",
                        "{SECRET}",
                        "SECRET")) {
            BadFrame bad =
                    catchThrowableOfType(
                            BadFrame.class, () -> codec.decodeClient(text.getBytes(UTF_8)));
            assertThat(bad.message() + bad.field() + bad.limit() + bad)
                    .as(text)
                    .doesNotContain("SECRET");
        }
    }

    @Test
    void anErrorSaysWhatWasWantedAndWhatCame() {
        BadFrame bad =
                catchThrowableOfType(
                        BadFrame.class,
                        () ->
                                codec.decodeClient(
                                        "{\"type\":\"ping\",\"id\":\"1\"}".getBytes(UTF_8)));
        assertThat(bad.message())
                .isEqualTo("'id' must be an integer from 1 to 9007199254740991, but is a string.");
    }

    @Test
    void nothingThatIsNearlyAFrameThrowsAnythingButBadFrame() {
        List<byte[]> seeds =
                Stream.of("commands", "replies", "pushes")
                        .flatMap(Cases::good)
                        .map(one -> ((String) one.get()[1]).getBytes(UTF_8))
                        .toList();
        SplittableRandom random = new SplittableRandom(20_261_121);
        int understood = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] text = mutate(seeds, random);
            understood += survives(() -> codec.decodeClient(text), text);
            understood += survives(() -> Codec.decodeServer(text), text);
        }
        assertThat(understood).isBetween(100, 39_000);
    }

    private interface Decode {
        Object frame() throws BadFrame;
    }

    private static int survives(Decode decode, byte[] text) {
        try {
            return decode.frame() == null ? 0 : 1;
        } catch (BadFrame refused) {
            return 0;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(new String(text, UTF_8), e);
        }
    }

    /// One to four bytes set, taken out, put in or copied from another frame.
    private static byte[] mutate(List<byte[]> seeds, SplittableRandom random) {
        byte[] text = seeds.get(random.nextInt(seeds.size())).clone();
        for (int n = random.nextInt(1, 5); n > 0 && text.length > 1; n--) {
            int at = random.nextInt(text.length);
            switch (random.nextInt(5)) {
                case 0 -> text[at] = (byte) random.nextInt(256);
                case 1 -> text[at] = (byte) "{}[]\",:\\u0-1e. tfn".charAt(random.nextInt(18));
                case 2 -> text = joined(text, at, new byte[0], at + 1);
                case 3 -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    int from = random.nextInt(other.length);
                    int to = Math.min(other.length, from + random.nextInt(1, 20));
                    text = joined(text, at, Arrays.copyOfRange(other, from, to), at);
                }
                default -> text = Arrays.copyOf(text, at + 1);
            }
        }
        return text;
    }

    private static byte[] joined(byte[] text, int until, byte[] middle, int from) {
        byte[] joined = Arrays.copyOf(text, until + middle.length + text.length - from);
        System.arraycopy(middle, 0, joined, until, middle.length);
        System.arraycopy(text, from, joined, until + middle.length, text.length - from);
        return joined;
    }
}
