// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Counts;
import dev.fanfare.core.Hub;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What a node holds at one moment, after a collection.
///
/// @param members of [House#LOUNGE]
/// @param heap bytes in use, but for what the test itself remembers
/// @param direct bytes that Netty has outside the heap
/// @param descriptors open files of this process; 0 where `/proc` is not
record Footprint(
        int sessions,
        int users,
        int subscriptions,
        int channels,
        int members,
        long heap,
        long direct,
        long descriptors) {

    /// Bytes of heap that may come and go by themselves; the hub's logs, for example, keep 1 MB of
    /// a channel.
    static final long HEAP_SLACK = 6 << 20;

    static final long DIRECT_SLACK = 8 << 20;
    private static final long DESCRIPTOR_SLACK = 5;

    static Footprint of(House house) throws Exception {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Hub hub = house.hub();
        Counts counts = hub.counts();
        Runtime runtime = Runtime.getRuntime();
        return new Footprint(
                counts.sessions(),
                counts.users(),
                counts.subscriptions(),
                counts.channels(),
                hub.channel(House.LOUNGE)
                        .members(100_000)
                        .toCompletableFuture()
                        .get(5, TimeUnit.SECONDS)
                        .size(),
                runtime.totalMemory() - runtime.freeMemory() - house.remembered(),
                PlatformDependent.usedDirectMemory(),
                openFiles());
    }

    /// Sessions, users, subscriptions, channels and members are exactly what they were.
    void isAsBefore(Footprint before) {
        assertThat(this)
                .usingRecursiveComparison()
                .ignoringFields("heap", "direct", "descriptors")
                .isEqualTo(before);
    }

    /// Memory and descriptors are, within what comes and goes by itself.
    void takesNoMoreThan(Footprint before) {
        takesNoMoreThan(before, HEAP_SLACK);
    }

    void takesNoMoreThan(Footprint before, long moreHeap) {
        assertThat(heap).as("heap").isLessThan(before.heap + moreHeap);
        assertThat(direct).as("direct memory").isLessThan(before.direct + DIRECT_SLACK);
        assertThat(descriptors)
                .as("descriptors")
                .isLessThanOrEqualTo(before.descriptors + DESCRIPTOR_SLACK);
    }

    private static long openFiles() throws IOException {
        Path open = Path.of("/proc/self/fd");
        if (!Files.isDirectory(open)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(open)) {
            return files.count();
        }
    }
}
