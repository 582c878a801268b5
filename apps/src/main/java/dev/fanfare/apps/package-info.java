// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.fanfare.apps;

import org.jspecify.annotations.NullMarked;
