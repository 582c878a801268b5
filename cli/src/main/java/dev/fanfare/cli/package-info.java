// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.fanfare.cli;

import org.jspecify.annotations.NullMarked;
