// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static dev.fanfare.testkit.Eventually.eventually;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// `@ExtendWith(NoLeaks.class)`: fails a test class that leaves behind buffers that nobody
/// released, platform threads, or open sockets. They have 30 seconds to go away.
///
/// Buffers need `-Dio.netty.leakDetection.level=paranoid`; without it only a sample is watched.
/// Sockets are counted where `/proc` is.
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    /// Threads of the JDK, of Netty's global executor and of test tools: they outlive any test.
    private static final Pattern ALLOWED =
            Pattern.compile(
                    "ForkJoinPool.*|VirtualThread-un.*|MasterPoller|Common-Cleaner|Cleaner-.*|process"
                            + " reaper.*|Attach Listener|globalEventExecutor.*|ObjectCleanerThread"
                            + "|surefire.*|junit-.*|HttpClient-.*|Read-Poller|Write-Poller|.*-Poller"
                            + "|.*-poller|idle-connection-reaper");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    private Set<Thread> threads = Set.of();
    private int sockets;

    public NoLeaks() {}

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        ResourceLeakDetector.LeakListener listener = (type, records) -> LEAKS.add(type + records);
        ByteBufUtil.setLeakListener(listener);
        LEAKS.clear();
        threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        openWhatTheJdkKeeps();
        sockets = openSockets();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        eventually(
                PATIENCE, () -> Assertions.assertThat(newThreads()).as("threads left").isEmpty());
        eventually(
                PATIENCE,
                () ->
                        Assertions.assertThat(openSockets())
                                .as("open sockets, " + sockets + " before")
                                .isLessThanOrEqualTo(sockets));
        lookForLeaks();
        Assertions.assertThat(LEAKS).as("buffers nobody released").isEmpty();
    }

    /// The first socket that is closed makes the JDK open one for good, which stands in for those
    /// that are being closed: once for `java.net`, once for channels.
    private static void openWhatTheJdkKeeps() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Socket accepted = listener.accept();
                SocketChannel channel = SocketChannel.open(listener.getLocalSocketAddress())) {
            socket.shutdownOutput();
            accepted.shutdownOutput();
            channel.configureBlocking(false);
        }
    }

    private List<String> newThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threads.contains(thread))
                .map(Thread::getName)
                .filter(name -> !ALLOWED.matcher(name).matches())
                .sorted()
                .toList();
    }

    private static int openSockets() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        List<Path> sockets = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : all) {
                try {
                    if (Files.readSymbolicLink(descriptor).toString().startsWith("socket:")) {
                        sockets.add(descriptor);
                    }
                } catch (IOException gone) {
                    // The descriptor of the listing itself, or one that closes just now.
                }
            }
        }
        return sockets.size();
    }

    /// Leaks are found by the collector, and reported at the next allocation.
    private static void lookForLeaks() {
        for (int round = 0; round < 3; round++) {
            System.gc();
            for (int i = 0; i < 64; i++) {
                PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            }
        }
    }
}
