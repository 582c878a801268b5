// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// A message that is not what its handler takes.
public final class InvalidMessage extends Exception {
    private final transient Refusal refusal;

    /// @param field the offending field, or null
    /// @param problem one sentence for the client, without what it sent
    public InvalidMessage(@Nullable String field, String problem) {
        super(problem);
        this.refusal = new Refusal(Refusal.Code.BAD_REQUEST, problem, field, null, -1);
    }

    public Refusal refusal() {
        return refusal;
    }
}
