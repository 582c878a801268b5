// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One block of a PEM file (RFC 7468).
///
/// @param label `CERTIFICATE`, `PRIVATE KEY`
/// @param content DER
record Pem(String label, byte[] content) {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,64})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /// All there are in it; what is between them is no matter.
    ///
    /// @throws IllegalArgumentException when one is not base64
    static List<Pem> blocks(String text) {
        List<Pem> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            blocks.add(new Pem(block.group(1), Base64.getMimeDecoder().decode(block.group(2))));
        }
        return blocks;
    }
}
