// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import org.jspecify.annotations.Nullable;

/// A user who is present in a channel.
///
/// @param info what is shown of the user, or null for nothing
public record Member(String user, @Nullable RawJson info) {}
