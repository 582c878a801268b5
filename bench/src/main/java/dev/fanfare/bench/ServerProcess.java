// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The process under load, seen through `/proc`.
final class ServerProcess {
    /// `USER_HZ`, which is 100 on every Linux that the JDK runs on.
    private static final double TICKS = 100;

    private final long pid;

    ServerProcess(long pid) {
        this.pid = pid;
    }

    /// Seconds of processor time that it has used, its own and the kernel's for it.
    double cpu() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    /// Bytes of memory that are resident.
    long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            if (line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no Rss in smaps_rollup of " + pid);
    }

    boolean isJvm() throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/maps")).contains("libjvm.so");
    }

    /// Collects a JVM's garbage.
    void collect() throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            int exit =
                    new ProcessBuilder(List.of(jcmd, Long.toString(pid), "GC.run"))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor();
            if (exit != 0) {
                throw new IOException("jcmd ended with " + exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
