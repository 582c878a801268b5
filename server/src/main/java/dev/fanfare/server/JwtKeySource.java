// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The public keys that count at the moment. Any thread but an event loop: it may block.
@FunctionalInterface
interface JwtKeySource {
    /// Those that may have signed a token.
    ///
    /// @param id the header's `kid`, which may be anything, or null
    /// @param algorithm the header's `alg`
    /// @throws KeysUnavailableException when it cannot be known now
    List<JwtKey> find(@Nullable String id, JwtAlgorithm algorithm) throws KeysUnavailableException;

    /// The same among the keys that the issuer has at this moment: none of those that were known
    /// signed a token without a name.
    ///
    /// @throws KeysUnavailableException when the issuer cannot be asked now
    default List<JwtKey> findNewest(JwtAlgorithm algorithm) throws KeysUnavailableException {
        return find(null, algorithm);
    }

    /// Keys that never change.
    static JwtKeySource of(List<JwtKey> keys) {
        return (id, algorithm) -> among(keys, id, algorithm);
    }

    static List<JwtKey> among(List<JwtKey> keys, @Nullable String id, JwtAlgorithm algorithm) {
        return keys.stream()
                .filter(key -> key.algorithm() == algorithm && key.answersTo(id))
                .toList();
    }
}
