// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hub(String wire) throws BadPacket {
        return new String(Arguments.event(utf8(wire), List.of()).data(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    ["e"]                      | {"$args":[]}                   |
                    ["e",1]                    | 1                              | 1
                    ["e",[1,2]]                | [1,2]                          | [1,2]
                    ["e", 1, "two" ]           | {"$args":[1, "two"]}           | 1, "two"
                    ["e",{"$args":[1]}]        | {"$args":[{"$args":[1]}]}      | {"$args":[1]}
                    ["e",{"$args":1}]          | {"$args":1}                    | {"$args":1}
                    ["e",{"$args":[1],"b":[]}] | {"$args":[{"$args":[1],"b":[]}]} | {"$args":[1],"b":[]}
                    """)
    void argumentsAreOneValueInTheHubAndComeBackAsTheyWere(String wire, String hub, String back)
            throws BadPacket {
        assertThat(hub(wire)).isEqualTo(hub);
        assertThat(new String(Arguments.wire(utf8(hub)).json(), StandardCharsets.UTF_8))
                .isEqualTo(back == null ? "" : back);
    }

    @Test
    void whatLooksLikeBytesStaysAsItWasSentBesideAttachments() throws BadPacket {
        String wire = "[\"e\",{\"$binary\":\"\\\"\\u0000,\"},{\"_placeholder\":true,\"num\":0}]";

        byte[] data = Arguments.event(utf8(wire), List.of(new byte[] {1})).data();

        assertThat(new String(data, StandardCharsets.UTF_8))
                .isEqualTo("{\"$args\":[{\"$binary\":\"\\\"\\u0000,\"},{\"$binary\":\"AQ==\"}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"e\",\"\\ud83d\"]",
                "[\"\\ude00\"]",
                "[\"e\",{\"\\ud83d\":1}]",
                "[\u0000\"\u0000e\u0000\"\u0000]\u0000",
                "\u0000[\u0000\"\u0000e\u0000\"\u0000]"
            })
    void anEventIsUtf8WithWholeSurrogatePairs(String wire) {
        assertThatThrownBy(() -> Arguments.event(utf8(wire), List.of()))
                .isInstanceOf(BadPacket.class);
    }

    @Test
    void anObjectThatOnlyBeginsLikeSeveralArgumentsIsOne() {
        byte[] data = utf8("{\"$args\":[1],\"x\":[2]}");
        assertThat(Arguments.wire(data).json()).isEqualTo(data);
        assertThat(Arguments.list(data)).containsExactly(data);
    }

    @Test
    void bytesAreFoundHoweverDeep() {
        Arguments.Wire wire =
                Arguments.wire(
                        utf8("[{\"a\":{\"$binary\":\"AQ==\"}},{\"$binary\":\"\"},\"$binary\"]"));
        assertThat(wire.attachments()).containsExactly(new byte[] {1}, new byte[0]);
        assertThat(new String(wire.json(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "[{\"a\":{\"_placeholder\":true,\"num\":0}},"
                                + "{\"_placeholder\":true,\"num\":1},\"$binary\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"$binary\":\"%%\"}",
                "{\"$binary\":1}",
                "{\"$binary\":\"AQ==\",\"more\":1}",
                "[{\"$binary\":\"AQ==\"},{\"_placeholder\":true,\"num\":99}]",
                "[{\"$binary\":\"AQ==\"},{\"_placeholder\":true,\"num\":0}]",
            })
    void whatWouldMisleadTheClientsParserStaysJson(String data) {
        Arguments.Wire wire = Arguments.wire(utf8(data));
        assertThat(wire.attachments()).isEmpty();
        assertThat(new String(wire.json(), StandardCharsets.UTF_8)).isEqualTo(data);
    }

    @Test
    void moreBytesThanTheClientsTakeStayJson() {
        String eleven = "[" + "{\"$binary\":\"AQ==\"},".repeat(10) + "{\"$binary\":\"AQ==\"}]";
        assertThat(Arguments.wire(utf8(eleven)).attachments()).isEmpty();
    }

    @Test
    void whateverIsSentComesBackAsItWas() throws BadPacket {
        Random random = new Random(42);
        for (int round = 0; round < 2_000; round++) {
            List<byte[]> attachments = new ArrayList<>();
            StringBuilder wire = new StringBuilder("[\"e\"");
            int count = random.nextInt(4);
            for (int i = 0; i < count; i++) {
                wire.append(',');
                value(wire, random, 4, attachments);
            }
            Event event = Arguments.event(utf8(wire.append(']').toString()), attachments);
            Arguments.Wire back = Arguments.wire(event.data());

            String expected = wire.substring(4, wire.length() - 1).replaceFirst("^,", "");
            assertThat(new String(back.json(), StandardCharsets.UTF_8)).isEqualTo(expected);
            List<byte[]> arguments = Arguments.list(event.data());
            assertThat(arguments).hasSize(count);
            assertThat(Arguments.data(arguments)).isEqualTo(event.data());
            assertThat(back.attachments()).hasSameSizeAs(attachments);
            for (int i = 0; i < attachments.size(); i++) {
                assertThat(back.attachments().get(i)).isEqualTo(attachments.get(i));
            }
        }
    }

    private static void value(
            StringBuilder out, Random random, int depth, List<byte[]> attachments) {
        switch (random.nextInt(depth > 0 ? 7 : 4)) {
            case 0 -> out.append(random.nextInt(-1_000, 1_000));
            case 1 -> out.append("\"é\\u00e9\\\"\\\\ \\ud83d\\ude00\"");
            case 2 -> out.append(random.nextBoolean());
            case 3 -> out.append("null");
            case 4 -> {
                if (attachments.size() < Packet.MOST_ATTACHMENTS) {
                    out.append("{\"_placeholder\":true,\"num\":")
                            .append(attachments.size())
                            .append('}');
                    byte[] bytes = new byte[random.nextInt(50)];
                    random.nextBytes(bytes);
                    attachments.add(bytes);
                } else {
                    out.append("{}");
                }
            }
            case 5 -> {
                out.append("[");
                int count = random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    out.append(i == 0 ? "" : ", ");
                    value(out, random, depth - 1, attachments);
                }
                out.append("]");
            }
            default -> {
                out.append("{");
                int count = random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    out.append(i == 0 ? "" : ",").append("\"k").append(i).append("\" : ");
                    value(out, random, depth - 1, attachments);
                }
                out.append("}");
            }
        }
    }

    @Test
    void whateverIsReadIsAPacketOrAClearError() {
        Random random = new Random(7);
        String alphabet = "0123456789/-,[]{}\":\\ub_placeholdernmt$e \u001e\u0000é";
        String[] seeds = {
            "42[\"message\",1,{\"a\":[true]}]",
            "451-/admin,12[\"e\",{\"_placeholder\":true,\"num\":0}]",
            "40/ns,{\"token\":\"x\"}",
            "4312[1,\"\\ud83d\\ude00\"]"
        };
        int read = 0;
        for (int round = 0; round < 50_000; round++) {
            StringBuilder text = new StringBuilder(seeds[random.nextInt(seeds.length)]);
            int changes = random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(text.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.deleteCharAt(at);
                }
            }
            try {
                byte[] bytes = utf8(text.toString());
                Packet packet = Packet.read(bytes, Math.min(1, bytes.length));
                List<byte[]> attachments = new ArrayList<>();
                for (int i = 0; i < packet.attachments(); i++) {
                    attachments.add(new byte[] {(byte) i});
                }
                byte[] data =
                        switch (packet.type()) {
                            case EVENT, BINARY_EVENT ->
                                    Arguments.event(packet.json(), attachments).data();
                            case ACK, BINARY_ACK -> Arguments.ack(packet.json(), attachments);
                            case CONNECT, DISCONNECT, CONNECT_ERROR -> new byte[0];
                        };
                Arguments.wire(data);
                read++;
            } catch (BadPacket clear) {
                assertThat(clear).hasMessageMatching("[a-zA-Z0-9' _(),.-]+");
            }
        }
        assertThat(read).isGreaterThan(5_000);
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() ->
                        Arguments.event(
                                utf8("[\"e\"," + "[".repeat(40) + "]".repeat(40) + "]"), List.of()))
                .isInstanceOf(BadPacket.class);
    }

    @Test
    void framesBecomeAPayloadOfWhateverLength() {
        Random random = new Random(3);
        for (int length : new int[] {0, 1, 125, 126, 127, 65_535, 65_536, 100_000}) {
            byte[] text = utf8("x".repeat(length));
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            byte[] frames = Frames.packet(List.of(bytes, bytes), text);

            String base64 = "b" + Base64.getEncoder().encodeToString(bytes);
            assertThat(new String(Frames.payload(frames, frames.length), StandardCharsets.UTF_8))
                    .isEqualTo("x".repeat(length) + "\u001e" + base64 + "\u001e" + base64);
        }
    }
}
