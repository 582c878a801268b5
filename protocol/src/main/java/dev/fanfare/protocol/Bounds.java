// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// What a document may take. Their names are what an error's `limit` says.
///
/// @param length bytes of the whole text
/// @param depth of objects and arrays within each other; the frame itself is the first
/// @param names of fields, over all depths
record Bounds(int length, int depth, int names) {
    static final int NUMBER = 1_000;
    static final int NAME = 1_000;

    static Bounds ofCommands(int length) {
        return new Bounds(length, 32, 10_000);
    }

    /// A client trusts its server: what holds here only keeps a fault from taking all its memory.
    static final Bounds OF_SERVER = new Bounds(1 << 28, 500, 50_000_000);

    /// A factory for texts whose size is bounded already.
    static JsonFactory unbounded() {
        return JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(Integer.MAX_VALUE)
                                .maxNumberLength(Integer.MAX_VALUE)
                                .maxNameLength(Integer.MAX_VALUE)
                                .maxStringLength(Integer.MAX_VALUE)
                                .build())
                .build();
    }

    JsonFactory factory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxDocumentLength(length)
                                .maxNestingDepth(depth)
                                .maxNumberLength(NUMBER)
                                .maxNameLength(NAME)
                                .maxStringLength(length)
                                .build())
                .build();
    }
}
