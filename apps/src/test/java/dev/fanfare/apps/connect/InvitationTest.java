// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.decoder.Decoder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class InvitationTest {
    private static final Pattern SIZE = Pattern.compile("viewBox=\"0 0 ([0-9]+) ");
    private static final Pattern MODULE = Pattern.compile("M([0-9]+) ([0-9]+)h1v1h-1z");
    private static final int QUIET = 4;

    @Test
    void theCodeIsReadBackAsTheInvitation() throws Exception {
        String url = new Invitation.Base("http://localhost:3300/wallet.html").invite("session-x");
        String svg = Invitation.svg(url);
        Matcher size = SIZE.matcher(svg);
        assertThat(size.find()).isTrue();
        BitMatrix modules = new BitMatrix(Integer.parseInt(size.group(1)) - 2 * QUIET);
        Matcher dark = MODULE.matcher(svg);
        while (dark.find()) {
            modules.set(
                    Integer.parseInt(dark.group(1)) - QUIET,
                    Integer.parseInt(dark.group(2)) - QUIET);
        }
        assertThat(new Decoder().decode(modules).getText()).isEqualTo(url);
    }
}
