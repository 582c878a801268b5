// SPDX-License-Identifier: Apache-2.0
/// Database changes as publications: which tables go to which channels, and what of their rows.
@NullMarked
package dev.fanfare.apps.changes;

import org.jspecify.annotations.NullMarked;
