// SPDX-License-Identifier: Apache-2.0
/// What clients do to a node that they should not: it is left as it was, and nobody else notices.
@NullMarked
package dev.fanfare.server.robustness;

import org.jspecify.annotations.NullMarked;
