// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.List;

/// What one run found.
///
/// @param server the name it was given
/// @param mode what was measured
/// @param connections how many took part
/// @param count deliveries, answers, connections opened or sessions held
/// @param perSecond `count` by the time it took
/// @param cpuMicros the server's processor time for one of them, in microseconds
/// @param p50 milliseconds from sending to arriving, that half did not exceed
/// @param p99 the same for 99 of 100
/// @param perRead messages in one read of a client: how far the server put them together
/// @param lost sequence numbers that never came
/// @param repeated sequence numbers that came again or too late
/// @param unacknowledged publications without a confirmation, where the server gives one
/// @param failed connections that were refused or closed by the server
/// @param bytesEach resident memory for each further session, after a collection where there is
///   one; 0 where it was not measured
/// @param bytesEachAsIs the same without asking for a collection
/// @param troubles the first few things that went wrong
record Result(
        String server,
        String mode,
        int connections,
        long count,
        double perSecond,
        double cpuMicros,
        double p50,
        double p99,
        double perRead,
        long lost,
        long repeated,
        long unacknowledged,
        int failed,
        long bytesEach,
        long bytesEachAsIs,
        List<String> troubles) {

    /// Whether everything arrived, once, in order, at everyone.
    boolean clean() {
        return lost == 0 && repeated == 0 && unacknowledged == 0 && failed == 0;
    }

    static Result of(String mode, Load load) {
        return new Result(
                "", mode, load.connections(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    Result of(String name) {
        return new Result(
                name,
                mode,
                connections,
                count,
                perSecond,
                cpuMicros,
                p50,
                p99,
                perRead,
                lost,
                repeated,
                unacknowledged,
                failed,
                bytesEach,
                bytesEachAsIs,
                troubles);
    }

    Result cost(long done, double seconds, double cpu) {
        return new Result(
                server,
                mode,
                connections,
                done,
                done / seconds,
                cpu * 1e6 / Math.max(1, done),
                p50,
                p99,
                perRead,
                lost,
                repeated,
                unacknowledged,
                failed,
                bytesEach,
                bytesEachAsIs,
                troubles);
    }

    Result latency(Histogram nanos, double messagesPerRead) {
        return new Result(
                server,
                mode,
                connections,
                count,
                perSecond,
                cpuMicros,
                nanos.quantile(.5) / 1e6,
                nanos.quantile(.99) / 1e6,
                messagesPerRead,
                lost,
                repeated,
                unacknowledged,
                failed,
                bytesEach,
                bytesEachAsIs,
                troubles);
    }

    Result checked(Order order, long missing, Clients clients) {
        return new Result(
                server,
                mode,
                connections,
                count,
                perSecond,
                cpuMicros,
                p50,
                p99,
                perRead,
                order.lost(),
                order.repeated(),
                missing,
                clients.failures(),
                bytesEach,
                bytesEachAsIs,
                List.copyOf(clients.troubles()));
    }

    Result memory(long collected, long asIs) {
        return new Result(
                server,
                mode,
                connections,
                count,
                perSecond,
                cpuMicros,
                p50,
                p99,
                perRead,
                lost,
                repeated,
                unacknowledged,
                failed,
                collected,
                asIs,
                troubles);
    }
}
