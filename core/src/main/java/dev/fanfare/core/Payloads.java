// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// Turns the objects that user code publishes and sends into payload bytes. The hub itself knows no
/// format.
@FunctionalInterface
public interface Payloads {
    /// @throws IllegalArgumentException when `value` has no representation
    byte[] write(Object value);

    /// Checks what user code hands over as a payload already. Anything is one, unless the format
    /// says otherwise.
    ///
    /// @throws IllegalArgumentException says what is wrong with it
    default void check(byte[] payload) {}

    /// Whether a payload is in the form in which clients encrypt. None is, unless the format says
    /// otherwise.
    default boolean encrypted(byte[] payload) {
        return false;
    }
}
