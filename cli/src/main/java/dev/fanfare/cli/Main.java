// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.cli.config.InvalidConfiguration;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/// The command line. The launcher has `test` beside these commands.
@Command(
        name = "fanfare",
        description = "Fanfare, a real-time messaging server for the JVM.",
        subcommands = {DemoCommand.class, ServeCommand.class, TokenCommand.class},
        mixinStandardHelpOptions = true,
        version = "fanfare 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "<command>")
final class Main implements Runnable {
    /// The exit status of a start that could not be.
    private static final int CANNOT_START = 1;

    @CommandLine.Spec CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    private Main() {}

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Name a command.");
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(120)
                .setExecutionExceptionHandler((failure, command, _) -> explain(failure, command));
    }

    public static void main(String[] arguments) {
        int status = commandLine().execute(arguments);
        System.exit(status);
    }

    /// What a person can act on is one line; a stack trace is for our own faults.
    private static int explain(Exception failure, CommandLine command) throws Exception {
        String reason =
                switch (failure) {
                    case InvalidConfiguration e -> e.getMessage();
                    case IllegalArgumentException e -> e.getMessage();
                    case UncheckedIOException e -> e.getMessage();
                    default -> throw failure;
                };
        command.getErr().println(reason);
        return CANNOT_START;
    }
}
