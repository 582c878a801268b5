// SPDX-License-Identifier: Apache-2.0
/// The port through which the hub stores and hears publications, and the nouns that cross it.
@NullMarked
package dev.fanfare.engine;

import org.jspecify.annotations.NullMarked;
