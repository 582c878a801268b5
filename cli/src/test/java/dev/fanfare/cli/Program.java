// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.server.NettyTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/// The command line in a process of its own, on this test's class path.
final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> lines = new ArrayList<>();

    private Program(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    /// Ends the test where this machine has no such transport.
    static void assumeWorks(NettyTransport.Kind kind) {
        try {
            NettyTransport.open(kind, 1).close();
        } catch (IllegalStateException _) {
            Assumptions.abort("this machine has no " + kind);
        }
    }

    /// The setting of that transport.
    static String transport(NettyTransport.Kind kind) {
        return "transport=" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Program start(Map<String, String> environment, String... arguments) {
        return start(List.of(), environment, arguments);
    }

    /// By a shell, whose `script` ends with `exec "$@"`.
    static Program by(String script, Map<String, String> environment, String... arguments) {
        return start(List.of("bash", "-c", script, "bash"), environment, arguments);
    }

    private static Program start(
            List<String> launcher, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "-Dio.netty.tryReflectionSetAccessible=true",
                        "-Dfanfare.build=" + Path.of("target").toAbsolutePath(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.fanfare.cli.Main"));
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
            builder.environment().putAll(environment);
            return new Program(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException _) {
            // The process is gone, and what it said is here.
        }
    }

    String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /// What the first group of `pattern` matches, once it was printed.
    String awaits(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(output()).containsPattern(wanted));
        Matcher matcher = wanted.matcher(output());
        assertThat(matcher.find()).isTrue();
        return matcher.groupCount() == 0 ? matcher.group() : matcher.group(1);
    }

    /// The processor time it has taken.
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /// The file descriptors that it has open.
    int descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return (int) open.count();
        }
    }

    /// SIGTERM.
    void terminate() {
        process.destroy();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int status() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(output()).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
