// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The driver's commands.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = {Measure.class, Compare.class},
        description = "Says what a WebSocket server of this machine costs.")
final class Bench {
    private Bench() {}

    public static void main(String... args) {
        CommandLine bench = new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(bench.execute(args));
    }
}
