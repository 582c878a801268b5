// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Member;
import dev.fanfare.engine.Publication;
import java.util.List;
import java.util.function.ToIntFunction;

/// The first elements of an answer, as many as its size permits and at least one.
///
/// @param complete whether there are no others
public record Page<T>(List<T> elements, boolean complete) {
    /// Bytes of an element beside its data.
    private static final int FRAME = 200;

    /// @param bytes about as many as the page is to have at most
    public static Page<Publication> ofPublications(List<Publication> all, long bytes) {
        return of(all, bytes, each -> each.content().data().length);
    }

    public static Page<Member> ofMembers(List<Member> all, long bytes) {
        return of(all, bytes, each -> each.info().length + each.user().length());
    }

    private static <T> Page<T> of(List<T> all, long bytes, ToIntFunction<T> size) {
        long room = bytes;
        int count = 0;
        while (count < all.size()) {
            room -= FRAME + size.applyAsInt(all.get(count));
            if (room < 0 && count > 0) {
                break;
            }
            count++;
        }
        return new Page<>(all.subList(0, count), count == all.size());
    }
}
