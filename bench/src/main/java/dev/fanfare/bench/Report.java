// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The tables for a person, and the JSON line of a comparison.
final class Report {
    private Report() {}

    static String run(Result r) {
        String found = r.mode().equals("idle") ? idle(r) : busy(r);
        return String.format(
                Locale.ROOT,
                "%s %s, %,d connections: %s%n  %s%n",
                r.server(),
                r.mode(),
                r.connections(),
                found,
                checks(List.of(r)));
    }

    private static String idle(Result r) {
        return String.format(
                Locale.ROOT,
                "%,d bytes resident for each further one (%,d before a collection)",
                r.bytesEach(),
                r.bytesEachAsIs());
    }

    private static String busy(Result r) {
        return String.format(
                Locale.ROOT,
                "%,d (%,.0f/s), %.3f µs of server CPU each%n"
                        + "  p50 %.2f ms, p99 %.2f ms, %.1f messages a read",
                r.count(),
                r.perSecond(),
                r.cpuMicros(),
                r.p50(),
                r.p99(),
                r.perRead());
    }

    /// One row for each server, and one JSON line.
    static String compare(List<Result> results, String peer) {
        Map<String, List<Result>> servers =
                results.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Result::server, LinkedHashMap::new, Collectors.toList()));
        List<Row> rows =
                servers.values().stream().map(runs -> Row.of(runs, servers.get(peer))).toList();
        StringBuilder table = new StringBuilder();
        table.append(
                String.format(
                        Locale.ROOT,
                        "%-22s %4s %12s %10s %10s %9s %9s %8s  %s%n",
                        "server",
                        "runs",
                        "per second",
                        "CPU µs",
                        peer + " / it",
                        "p50 ms",
                        "p99 ms",
                        "bytes",
                        "checks"));
        for (Row row : rows) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%-22s %4d %,12.0f %10.3f %10.2f %9.2f %9.2f %,8.0f  %s%n",
                            row.server,
                            row.runs,
                            row.perSecond,
                            row.cpuMicros,
                            row.timesCheaper,
                            row.p50,
                            row.p99,
                            row.bytesEach,
                            checks(servers.getOrDefault(row.server, List.of()))));
        }
        return table + JsonMapper.shared().writeValueAsString(rows) + "\n";
    }

    /// Medians of one server's runs.
    ///
    /// @param timesCheaper how many times as much processor time the peer takes, or memory where
    ///   idle sessions are measured; 0 without a peer
    record Row(
            String server,
            String mode,
            int runs,
            double perSecond,
            double cpuMicros,
            double timesCheaper,
            double p50,
            double p99,
            double bytesEach,
            boolean clean) {

        static Row of(List<Result> runs, @Nullable List<Result> peer) {
            boolean idle = runs.getFirst().mode().equals("idle");
            ToDoubleFunction<Result> cost = idle ? Result::bytesEach : Result::cpuMicros;
            double own = median(runs, cost);
            return new Row(
                    runs.getFirst().server(),
                    runs.getFirst().mode(),
                    runs.size(),
                    median(runs, Result::perSecond),
                    median(runs, Result::cpuMicros),
                    peer == null || own == 0 ? 0 : median(peer, cost) / own,
                    median(runs, Result::p50),
                    median(runs, Result::p99),
                    median(runs, Result::bytesEach),
                    runs.stream().allMatch(Result::clean));
        }

        private static double median(List<Result> runs, ToDoubleFunction<Result> of) {
            List<Double> sorted =
                    runs.stream().map(of::applyAsDouble).sorted(Comparator.naturalOrder()).toList();
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1
                    ? sorted.get(middle)
                    : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }
    }

    private static String checks(List<Result> runs) {
        if (runs.stream().allMatch(Result::clean)) {
            return "none lost, doubled or reordered";
        }
        return String.format(
                Locale.ROOT,
                "LOST %d, REPEATED %d, UNACKNOWLEDGED %d, FAILED %d %s",
                runs.stream().mapToLong(Result::lost).sum(),
                runs.stream().mapToLong(Result::repeated).sum(),
                runs.stream().mapToLong(Result::unacknowledged).sum(),
                runs.stream().mapToInt(Result::failed).sum(),
                runs.stream().flatMap(r -> r.troubles().stream()).distinct().limit(3).toList());
    }
}
