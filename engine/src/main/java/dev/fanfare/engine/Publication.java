// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

/// One entry of a channel's history.
///
/// @param offset its number in the channel, from 1, without holes
/// @param tag its unique id
/// @param previousTag the tag of the entry before it, empty at offset 1
/// @param time when it was appended, milliseconds since 1970; an entry of the same millisecond as
///   the one before it has the next, so that a time names one entry, unless that would be a second
///   ahead
public record Publication(long offset, String tag, String previousTag, long time, Content content) {

    public Position position(String epoch) {
        return new Position(epoch, offset, tag);
    }
}
