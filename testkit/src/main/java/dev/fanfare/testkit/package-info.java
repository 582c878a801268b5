// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.fanfare.testkit;

import org.jspecify.annotations.NullMarked;
