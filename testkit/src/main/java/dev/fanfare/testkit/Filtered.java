// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.util.function.Predicate;

/// A filter as the server is told it, and what it must let pass, judged without the server's code.
///
/// @param json the `filter` of `subscribe`
/// @param passes of the publication's data, as compact JSON
public record Filtered(String json, Predicate<String> passes) {}
