// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Section 14 of `SPEC.md` by Java's own cipher, on the vectors that the JavaScript client has too.
class EncryptionTest {
    private static final int TAG_BITS = 128;

    private static Stream<Arguments> vectors(String list) {
        return new ObjectMapper()
                .readTree(Path.of("cases", "encryption.json").toFile())
                .get(list)
                .valueStream()
                .map(one -> Arguments.of(one.get("name").stringValue(), one));
    }

    private static Stream<Arguments> cases() {
        return vectors("cases");
    }

    private static Stream<Arguments> refused() {
        return vectors("refused");
    }

    @ParameterizedTest(name = "data that {0}")
    @MethodSource("cases")
    void isSealedAndOpenedAsTheVectorSays(String name, JsonNode one) throws Exception {
        byte[] text = one.get("text").stringValue().getBytes(UTF_8);
        assertThat(cipher(Cipher.ENCRYPT_MODE, one).doFinal(text)).isEqualTo(sealed(one));
        assertThat(cipher(Cipher.DECRYPT_MODE, one).doFinal(sealed(one))).isEqualTo(text);
    }

    @ParameterizedTest(name = "data that {0}")
    @MethodSource("refused")
    void doesNotOpenWhenAnythingIsNotAsItWas(String name, JsonNode one) {
        assertThatExceptionOfType(AEADBadTagException.class)
                .isThrownBy(() -> cipher(Cipher.DECRYPT_MODE, one).doFinal(sealed(one)));
    }

    private static byte[] sealed(JsonNode one) {
        return bytes(one.get("data").get("ct"));
    }

    private static Cipher cipher(int mode, JsonNode one) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                mode,
                new SecretKeySpec(bytes(one.get("key")), "AES"),
                new GCMParameterSpec(TAG_BITS, bytes(one.get("data").get("iv"))));
        String event = one.has("event") ? one.get("event").stringValue() : "";
        cipher.updateAAD((one.get("channel").stringValue() + "\n" + event).getBytes(UTF_8));
        return cipher;
    }

    private static byte[] bytes(JsonNode text) {
        return Base64.getUrlDecoder().decode(text.stringValue());
    }
}
