// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.fanfare.server;

import org.jspecify.annotations.NullMarked;
