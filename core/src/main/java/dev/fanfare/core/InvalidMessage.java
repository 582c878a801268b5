// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// A message that its handler refuses: by default because it is not what the handler takes.
public final class InvalidMessage extends Exception {
    private final transient Refusal refusal;

    /// @param field the offending field, or null
    /// @param problem one sentence for the client, without what it sent
    public InvalidMessage(@Nullable String field, String problem) {
        super(problem);
        this.refusal = new Refusal(Refusal.Code.BAD_REQUEST, problem, field, null, -1);
    }

    /// A message that is refused for another reason, such as [Refusal.Code#PERMISSION_DENIED].
    public InvalidMessage(Refusal refusal) {
        super(refusal.message());
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
