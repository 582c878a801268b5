// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "compare", description = "Medians of many runs, and their ratios to a peer's.")
final class Compare implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--to", defaultValue = "ws", description = "the peer that is 1.00")
    private String peer = "";

    @Parameters(description = "files of JSON lines")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        List<Result> results = new ArrayList<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                results.add(JsonMapper.shared().readValue(line, Result.class));
            }
        }
        PrintWriter console = spec.commandLine().getOut();
        console.print(Report.compare(results, peer));
        console.flush();
        return results.stream().allMatch(Result::clean) ? 0 : 1;
    }
}
