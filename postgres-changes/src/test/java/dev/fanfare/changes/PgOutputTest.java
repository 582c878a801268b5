// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds the decoder to PostgreSQL's "Logical Replication Message Formats", byte by byte.
final class PgOutputTest {
    private static final int OID = 16_401;

    /// Bytes of a message, as the documentation writes them.
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes(char kind) {
            out.write(kind);
        }

        Bytes int8(int value) {
            out.write(value);
            return this;
        }

        Bytes int16(int value) {
            return raw(ByteBuffer.allocate(2).putShort((short) value).array());
        }

        Bytes int32(int value) {
            return raw(ByteBuffer.allocate(4).putInt(value).array());
        }

        Bytes int64(long value) {
            return raw(ByteBuffer.allocate(8).putLong(value).array());
        }

        Bytes string(String value) {
            return raw(value.getBytes(StandardCharsets.UTF_8)).int8(0);
        }

        Bytes text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return int8('t').int32(bytes.length).raw(bytes);
        }

        Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        byte[] array() {
            return out.toByteArray();
        }
    }

    private static Message decode(byte[] bytes) {
        return PgOutput.decode(ByteBuffer.wrap(bytes));
    }

    private static Bytes begin() {
        return new Bytes('B').int64(0x16_B374D848L).int64(817_000_000_123_456L).int32(731);
    }

    private static Bytes commit() {
        return new Bytes('C').int8(0).int64(0x10).int64(0x40).int64(817_000_000_123_456L);
    }

    private static Bytes relation() {
        return new Bytes('R')
                .int32(OID)
                .string("public")
                .string("Kunden")
                .int8('d')
                .int16(2)
                .int8(1)
                .string("id")
                .int32(23)
                .int32(-1)
                .int8(0)
                .string("größe")
                .int32(25)
                .int32(-1);
    }

    private static Bytes insert() {
        return new Bytes('I').int32(OID).int8('N').int16(3).text("7").int8('n').text("ü€𝄞");
    }

    private static Bytes update() {
        return new Bytes('U').int32(OID).int8('N').int16(2).text("7").int8('u');
    }

    private static Bytes updateOfKey() {
        return new Bytes('U')
                .int32(OID)
                .int8('K')
                .int16(2)
                .text("7")
                .int8('n')
                .int8('N')
                .int16(2)
                .text("8")
                .text("");
    }

    private static Bytes updateOfFull() {
        return new Bytes('U')
                .int32(OID)
                .int8('O')
                .int16(1)
                .text("old")
                .int8('N')
                .int16(1)
                .text("new");
    }

    private static Bytes delete() {
        return new Bytes('D').int32(OID).int8('O').int16(1).text("7");
    }

    private static Bytes truncate() {
        return new Bytes('T').int32(2).int8(3).int32(OID).int32(OID + 1);
    }

    private static Bytes type() {
        return new Bytes('Y').int32(OID).string("public").string("mood");
    }

    private static Bytes origin() {
        return new Bytes('O').int64(1).string("elsewhere");
    }

    private static Bytes application() {
        return new Bytes('M').int8(1).int64(1).string("prefix").int32(2).raw(new byte[] {1, 2});
    }

    static Stream<byte[]> everyKind() {
        return Stream.of(
                        begin(),
                        commit(),
                        relation(),
                        insert(),
                        update(),
                        updateOfKey(),
                        updateOfFull(),
                        delete(),
                        truncate(),
                        type(),
                        origin(),
                        application())
                .map(Bytes::array);
    }

    @Test
    void aTransactionBeginsAndEnds() {
        assertThat(decode(begin().array()))
                .isEqualTo(
                        new Message.Begin(
                                0x16_B374D848L, Instant.parse("2025-11-21T00:26:40.123456Z"), 731));
        assertThat(decode(commit().array())).isEqualTo(new Message.Commit(0x10, 0x40));
    }

    @Test
    void aRelationDescribesItsColumnsAndItsKey() {
        assertThat(decode(relation().array()))
                .isEqualTo(
                        new Message.Relation(
                                OID,
                                new Table("public", "Kunden"),
                                List.of(
                                        new Column("id", 23, Column.Role.KEY),
                                        new Column("größe", 25, Column.Role.PLAIN))));
    }

    @Test
    void anEmptySchemaIsTheCatalogue() {
        byte[] bytes =
                new Bytes('R').int32(OID).string("").string("pg_x").int8('n').int16(0).array();
        assertThat(decode(bytes))
                .isEqualTo(new Message.Relation(OID, new Table("pg_catalog", "pg_x"), List.of()));
    }

    @Test
    void rowsHaveTextsNullsAndWhatWasNotSent() {
        assertThat(decode(insert().array()))
                .isEqualTo(
                        new Message.Insert(
                                OID, List.of(Value.of("7"), Value.NULL, Value.of("ü€𝄞"))));
        assertThat(decode(update().array()))
                .isEqualTo(new Message.Update(OID, null, List.of(Value.of("7"), Value.UNSENT)));
        assertThat(decode(updateOfKey().array()))
                .isEqualTo(
                        new Message.Update(
                                OID,
                                new Message.Old(
                                        Message.Extent.KEY, List.of(Value.of("7"), Value.NULL)),
                                List.of(Value.of("8"), Value.of(""))));
        assertThat(decode(updateOfFull().array()))
                .isEqualTo(
                        new Message.Update(
                                OID,
                                new Message.Old(Message.Extent.FULL, List.of(Value.of("old"))),
                                List.of(Value.of("new"))));
        assertThat(decode(delete().array()))
                .isEqualTo(
                        new Message.Delete(
                                OID, new Message.Old(Message.Extent.FULL, List.of(Value.of("7")))));
    }

    @Test
    void truncateNamesItsTables() {
        assertThat(decode(truncate().array()))
                .isEqualTo(new Message.Truncate(List.of(OID, OID + 1)));
    }

    @Test
    void whatChangesNoRowIsReadAndPassedOver() {
        assertThat(decode(type().array())).isEqualTo(new Message.Aside('Y'));
        assertThat(decode(origin().array())).isEqualTo(new Message.Aside('O'));
        assertThat(decode(application().array())).isEqualTo(new Message.Aside('M'));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void aMessageThatIsCutAnywhereIsRefused(byte[] whole) {
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(MalformedMessage.class)
                    .as("%c of %d bytes", whole[0], length)
                    .isThrownBy(() -> decode(cut));
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void aByteTooManyIsRefused(byte[] whole) {
        assertThatExceptionOfType(MalformedMessage.class)
                .isThrownBy(() -> decode(Arrays.copyOf(whole, whole.length + 1)))
                .withMessageContaining("left over: 1");
    }

    @Test
    void messagesThatWereNotAskedForAreRefused() {
        for (char kind : "SEcAbPKrpX\0".toCharArray()) {
            assertThatExceptionOfType(MalformedMessage.class)
                    .isThrownBy(() -> decode(new Bytes(kind).int64(0).array()))
                    .withMessageContaining("unknown message");
        }
    }

    @Test
    void lengthsAndMarksThatCannotBeAreRefused() {
        for (Bytes bytes :
                List.of(
                        new Bytes('I').int32(OID).int8('X').int16(0),
                        new Bytes('I').int32(OID).int8('N').int16(-1),
                        new Bytes('I').int32(OID).int8('N').int16(1).int8('b').int32(0),
                        new Bytes('I').int32(OID).int8('N').int16(1).int8('t').int32(-1),
                        new Bytes('I')
                                .int32(OID)
                                .int8('N')
                                .int16(1)
                                .int8('t')
                                .int32(Integer.MAX_VALUE),
                        new Bytes('U').int32(OID).int8('X').int16(0),
                        new Bytes('D').int32(OID).int8('N').int16(0),
                        new Bytes('R').int32(OID).string("a").string("b").int8('d').int16(-1),
                        new Bytes('T').int32(-1).int8(0),
                        new Bytes('T').int32(Integer.MAX_VALUE).int8(0))) {
            assertThatExceptionOfType(MalformedMessage.class)
                    .isThrownBy(() -> decode(bytes.array()));
        }
    }
}
