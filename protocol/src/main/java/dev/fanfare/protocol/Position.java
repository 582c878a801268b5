// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

/// A place in a channel's history, as a client keeps it. Only the server knows what epoch and tag
/// mean; a client compares and returns them.
///
/// @param offset from 0, which is the place before the first publication, to 2^53-1
/// @param tag the id of the publication at that offset; empty at offset 0
public record Position(String epoch, long offset, String tag) {}
