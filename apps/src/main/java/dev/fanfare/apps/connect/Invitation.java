// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import dev.fanfare.apps.Json;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a wallet scans: a URL with a DIDComm out-of-band invitation in it.
final class Invitation {
    /// Light modules around the code that scanners need (ISO/IEC 18004, 6.3.8).
    private static final int QUIET = 4;

    private Invitation() {}

    /// Where the wallet is sent.
    ///
    /// @param url without a query
    record Base(String url) {
        String invite(String sessionId) {
            Map<String, Object> invitation = new LinkedHashMap<>();
            invitation.put("type", "https://didcomm.org/out-of-band/2.0/invitation");
            invitation.put("id", sessionId);
            invitation.put("body", Map.of("goal", "Connect a wallet"));
            return url
                    + "?oob="
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(Json.write(invitation));
        }
    }

    /// The text as a QR code, black on white: a path of one by one squares.
    static String svg(String text) throws WriterException {
        ByteMatrix code = Encoder.encode(text, ErrorCorrectionLevel.M).getMatrix();
        int size = code.getWidth() + 2 * QUIET;
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.getHeight(); y++) {
            for (int x = 0; x < code.getWidth(); x++) {
                if (code.get(x, y) == 1) {
                    path.append('M')
                            .append(x + QUIET)
                            .append(' ')
                            .append(y + QUIET)
                            .append("h1v1h-1z");
                }
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "
                + size
                + " "
                + size
                + "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h"
                + size
                + "v"
                + size
                + "H0z\"/><path d=\""
                + path
                + "\"/></svg>";
    }
}
