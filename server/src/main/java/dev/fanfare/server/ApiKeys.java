// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;

/// The keys that the HTTP API takes, kept as hashes. Comparing takes as long for a wrong key as for
/// a right one.
final class ApiKeys {
    private final List<byte[]> hashes;

    ApiKeys(Collection<String> keys) {
        hashes = keys.stream().map(ApiKeys::hash).toList();
    }

    boolean has(String key) {
        byte[] hash = hash(key);
        boolean found = false;
        for (byte[] known : hashes) {
            found |= MessageDigest.isEqual(known, hash);
        }
        return found;
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
