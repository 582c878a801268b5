// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

/// A place in a channel's history: the entry with number `offset` in the history called `epoch`.
///
/// The tag is that entry's unique id. A history that was cut and has grown again has another entry
/// at the same offset, with another tag; comparing it is what keeps a returning client from being
/// told that it missed nothing.
///
/// @param epoch names one life of a history; opaque, never empty
/// @param offset the entry's number, from 1; 0 is the place before the first entry
/// @param tag the entry's unique id; empty at offset 0
public record Position(String epoch, long offset, String tag) {}
