// SPDX-License-Identifier: Apache-2.0
/// Frames of the native wire and their codec. `SPEC.md` says what each means and when it is sent;
/// `cases/` has vectors for every one.
@NullMarked
package dev.fanfare.protocol;

import org.jspecify.annotations.NullMarked;
