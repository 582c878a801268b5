// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which tokens were seen to be signed by which key, so that clients who all come back at once do
/// not cost a verification each. It remembers the signature alone: claims are judged every time,
/// and a key that counts no more vouches for nothing. Any thread.
final class VerifiedTokens {
    private static final int MOST = 10_000;

    private final Map<String, JwtKey> keys =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, JwtKey> eldest) {
                    return size() > MOST;
                }
            };

    /// Whether one of these is known to have signed it.
    boolean has(String hash, List<JwtKey> candidates) {
        JwtKey key;
        synchronized (keys) {
            key = keys.get(hash);
        }
        return key != null && candidates.contains(key);
    }

    void add(String hash, JwtKey key) {
        synchronized (keys) {
            keys.put(hash, key);
        }
    }

    static String hash(String token) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(token.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
