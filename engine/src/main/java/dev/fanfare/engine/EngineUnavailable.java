// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

/// The engine could not be reached or did not answer in time: the outcome is unknown.
public final class EngineUnavailable extends RuntimeException {
    public EngineUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
