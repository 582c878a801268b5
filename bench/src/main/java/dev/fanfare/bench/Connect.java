// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.time.Duration;

/// Connections that are opened, logged in and cut again, over and over. Each is reset, so that no
/// port waits for its end.
final class Connect implements Clients.Events {
    private final Clients clients;
    private final Histogram delays = new Histogram();
    private long opened;

    private Connect(Clients clients) {
        this.clients = clients;
    }

    static Result run(Load load, Clients clients, ServerProcess server) throws IOException {
        Connect connect = new Connect(clients);
        clients.events(connect);
        int warmup = load.connections() / 4;
        connect.cycle(0, warmup, load.atOnce());
        connect.delays.clear();
        double cpu = server.cpu();
        long began = System.nanoTime();
        connect.cycle(warmup, load.connections(), load.atOnce());
        double seconds = (System.nanoTime() - began) / 1e9;
        clients.pumpFor(Duration.ofMillis(200));
        return Result.of("connect", load)
                .cost(load.connections(), seconds, server.cpu() - cpu)
                .latency(connect.delays, 0)
                .checked(new Order(), 0, clients);
    }

    private void cycle(int first, int count, int atOnce) throws IOException {
        long end = opened + count;
        int started = 0;
        Watchdog watchdog = new Watchdog(Duration.ofSeconds(15));
        while (opened < end && clients.failures() == 0 && !watchdog.stuck(opened)) {
            while (started < count && clients.pending() < atOnce) {
                clients.connect(Wire.Role.SUBSCRIBER, first + started++);
            }
            clients.pump(20);
        }
        if (opened < end) {
            throw new IllegalStateException(
                    "opened " + opened + " of " + end + ": " + clients.troubles());
        }
    }

    @Override
    public void opened(Connection connection) {
        delays.add(System.nanoTime() - connection.began);
        opened++;
        connection.reset();
    }
}
