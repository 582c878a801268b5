// SPDX-License-Identifier: Apache-2.0
/// What the apps share: their flat JSON dialect, their database, their small tools.
@NullMarked
package dev.fanfare.apps;

import org.jspecify.annotations.NullMarked;
