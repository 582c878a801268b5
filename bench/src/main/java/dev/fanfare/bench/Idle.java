// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.time.Duration;

/// Sessions that are open, logged in and subscribed, and do nothing: what each further one keeps
/// resident.
///
/// A tenth of them is opened first, and only what the others add is counted, so that what a server
/// needs anyway is nobody's share.
final class Idle {
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private Idle() {}

    static Result run(Load load, Clients clients, ServerProcess server) throws IOException {
        int few = load.connections() / 10;
        int more = load.connections() - few;
        clients.open(Wire.Role.SUBSCRIBER, 0, few, load.atOnce());
        Memory before = Memory.of(server, clients);
        clients.open(Wire.Role.SUBSCRIBER, few, more, load.atOnce());
        Memory after = Memory.of(server, clients);
        double cpu = server.cpu();
        long began = System.nanoTime();
        clients.pumpFor(load.time());
        double seconds = (System.nanoTime() - began) / 1e9;
        return Result.of("idle", load)
                .cost(load.connections(), 1, (server.cpu() - cpu) / seconds)
                .checked(new Order(), 0, clients)
                .memory(
                        (after.collected() - before.collected()) / more,
                        (after.asIs() - before.asIs()) / more);
    }

    /// Resident bytes after things have settled, without and with a collection.
    private record Memory(long asIs, long collected) {
        static Memory of(ServerProcess server, Clients clients) throws IOException {
            clients.pumpFor(SETTLE);
            long asIs = server.resident();
            if (!server.isJvm()) {
                return new Memory(asIs, asIs);
            }
            // The second one finds what the first one's finalisation let go.
            server.collect();
            server.collect();
            clients.pumpFor(Duration.ofSeconds(1));
            return new Memory(asIs, server.resident());
        }
    }
}
