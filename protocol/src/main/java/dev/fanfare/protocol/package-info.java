// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.fanfare.protocol;

import org.jspecify.annotations.NullMarked;
