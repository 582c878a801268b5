// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// One publisher, many subscribers, and every sequence number checked at each of them.
///
/// With a window the publisher keeps that many publications outstanding: it sends half a window as
/// soon as half of it has arrived everywhere on average. With a rate it sends by the clock, and a
/// delay counts from when a publication was due.
final class Fanout implements Clients.Events {
    private static final Duration SETTLE = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_AT_ONCE = 256;

    private final Load load;
    private final Clients clients;
    private final Template publication;
    private final Order order = new Order();
    private final Histogram delays = new Histogram();
    private final Marker sequence = new Marker(Template.SEQUENCE);
    private final Marker time = new Marker(Template.TIME);
    private final Marker acknowledgement;
    private final ByteBuffer out;
    private final Connection publisher;

    private boolean publishing;
    private long published;
    private long acknowledged;
    private long due;

    private Fanout(Load load, Clients clients, Connection publisher) {
        this.load = load;
        this.clients = clients;
        this.publisher = publisher;
        this.publication = clients.wire().publication(load.bytes());
        String accepted = clients.wire().acknowledgement();
        this.acknowledgement = new Marker(accepted == null ? "" : accepted);
        int size = publication.message(0, 0).length + Frames.HEADER;
        this.out = ByteBuffer.allocate(size * Math.max(load.window(), MOST_AT_ONCE));
    }

    static Result run(Load load, Clients clients, ServerProcess server) throws IOException {
        List<Connection> subscribers =
                clients.open(Wire.Role.SUBSCRIBER, 0, load.connections(), load.atOnce());
        clients.pumpFor(SETTLE);
        Connection publisher =
                clients.open(Wire.Role.PUBLISHER, load.connections(), 1, 1).getFirst();
        Fanout fanout = new Fanout(load, clients, publisher);
        clients.events(fanout);
        fanout.publish(load.warmup());
        return fanout.measure(server, subscribers);
    }

    private Result measure(ServerProcess server, List<Connection> subscribers) throws IOException {
        delays.clear();
        long arrivedBefore = order.arrived();
        long readsBefore = clients.reads();
        double cpuBefore = server.cpu();
        long began = System.nanoTime();
        publish(load.time());
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpu = server.cpu() - cpuBefore;
        long deliveries = order.arrived() - arrivedBefore;
        double perRead = (double) deliveries / Math.max(1, clients.reads() - readsBefore);
        for (Connection subscriber : subscribers) {
            order.end(subscriber, published);
        }
        boolean confirms = clients.wire().acknowledgement() != null;
        return Result.of(load.rate() > 0 ? "rate" : "fanout", load)
                .cost(deliveries, seconds, cpu)
                .latency(delays, perRead)
                .checked(order, confirms ? published - acknowledged : 0, clients);
    }

    /// Publishes for that long, and waits until everything has arrived or nothing more comes.
    private void publish(Duration howLong) throws IOException {
        due = System.nanoTime();
        long end = due + howLong.toNanos();
        publishing = true;
        Watchdog watchdog = new Watchdog(PATIENCE);
        while (System.nanoTime() < end && !watchdog.stuck(order.arrived())) {
            clients.pump(pause());
        }
        publishing = false;
        Watchdog drained = new Watchdog(PATIENCE);
        while (order.arrived() < published * load.connections()
                && !drained.stuck(order.arrived())) {
            clients.pump(20);
        }
        clients.pumpFor(Duration.ofMillis(20));
    }

    /// By the clock, waiting ends in time for the next publication.
    private long pause() {
        return load.rate() > 0 ? Math.clamp((due - System.nanoTime()) / 1_000_000, 0, 20) : 20;
    }

    @Override
    public void turn() {
        if (!publishing || publisher.state != Connection.State.OPEN) {
            return;
        }
        long now = System.nanoTime();
        out.clear();
        if (load.rate() > 0) {
            for (int i = 0; i < MOST_AT_ONCE && due <= now; i++) {
                add(due);
                due += (long) (1e9 / load.rate());
            }
        } else {
            long outstanding = published - order.arrived() / load.connections();
            if (outstanding <= load.window() - Math.max(1, load.window() / 2)) {
                for (long i = outstanding; i < load.window(); i++) {
                    add(now);
                }
            }
        }
        if (out.position() > 0) {
            publisher.send(out.flip());
        }
    }

    private void add(long sentAt) {
        byte[] text = publication.message(published++, sentAt);
        Frames.write(out, Frames.TEXT, text, clients.mask());
    }

    @Override
    public void message(Connection connection, byte[] bytes, int from, int to) {
        if (connection == publisher) {
            if (acknowledgement.after(bytes, from, to) >= 0) {
                acknowledged++;
            } else {
                clients.trouble("publisher: " + text(bytes, from, to));
            }
            return;
        }
        int number = sequence.after(bytes, from, to);
        if (number < 0) {
            clients.trouble("subscriber: " + text(bytes, from, to));
            return;
        }
        order.check(connection, Template.sequence(bytes, number));
        delays.add(clients.now() - Template.time(bytes, time.after(bytes, from, to)));
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
