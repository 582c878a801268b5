// SPDX-License-Identifier: Apache-2.0
/// The hub: who is connected, who listens where, and how a publication gets to all of them.
@NullMarked
package dev.fanfare.core;

import org.jspecify.annotations.NullMarked;
