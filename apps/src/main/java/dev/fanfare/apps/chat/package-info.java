// SPDX-License-Identifier: Apache-2.0
/// A chat of users with many connections each.
@NullMarked
package dev.fanfare.apps.chat;

import org.jspecify.annotations.NullMarked;
