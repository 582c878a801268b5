// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// What became of [Session#identify].
public enum Identified {
    /// The session was nobody's, and is this user's now.
    ADMITTED,
    /// It was this user's already, and has the new proof.
    RENEWED,
    /// The user has as many sessions as [Limits#connections] allows; this one is still nobody's.
    FULL,
    /// It is another user's, and stays so.
    ANOTHER_USER
}
