// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Callers that each have one message under way: what comes back must be the answer to it.
final class Echo implements Clients.Events {
    private final Clients clients;
    private final Template call;
    private final Order order = new Order();
    private final Histogram delays = new Histogram();
    private final Marker answer;

    private Echo(Load load, Clients clients) {
        this.clients = clients;
        this.call = clients.wire().call(load.bytes());
        this.answer = new Marker(clients.wire().answerMarker());
    }

    static Result run(Load load, Clients clients, ServerProcess server) throws IOException {
        List<Connection> callers =
                clients.open(Wire.Role.CALLER, 0, load.connections(), load.atOnce());
        Echo echo = new Echo(load, clients);
        clients.events(echo);
        callers.forEach(echo::send);
        clients.pumpFor(load.warmup());
        echo.delays.clear();
        long before = echo.order.arrived();
        long reads = clients.reads();
        double cpu = server.cpu();
        long began = System.nanoTime();
        clients.pumpFor(load.time());
        double seconds = (System.nanoTime() - began) / 1e9;
        long answers = echo.order.arrived() - before;
        return Result.of("echo", load)
                .cost(answers, seconds, server.cpu() - cpu)
                .latency(echo.delays, (double) answers / Math.max(1, clients.reads() - reads))
                .checked(echo.order, 0, clients);
    }

    private void send(Connection caller) {
        caller.began = System.nanoTime();
        caller.send(new String(call.message(++caller.sent, caller.began), StandardCharsets.UTF_8));
    }

    @Override
    public void message(Connection caller, byte[] bytes, int from, int to) {
        int number = answer.after(bytes, from, to);
        if (number < 0) {
            clients.trouble(
                    "answer: " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
            return;
        }
        order.check(caller, Template.sequence(bytes, number));
        delays.add(clients.now() - caller.began);
        send(caller);
    }
}
