// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.fanfare.pages;

import org.jspecify.annotations.NullMarked;
