// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Clock;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The TLS of one listener: what its files said when they last made sense. Handshakes are computed
/// on virtual threads, off the loops.
final class TlsListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsListener.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final int MOST_BYTES = 1 << 20;
    private static final Executor HANDSHAKES =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("fanfare-tls-", 0).factory());

    private static final String RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    static {
        // Read once, when the JDK's classes load: TLS 1.2 would let a client ask for handshakes
        // without end.
        if (System.getProperty(RENEGOTIATION) == null) {
            System.setProperty(RENEGOTIATION, "true");
        }
    }

    private final Tls files;
    private final Clock clock;
    private volatile SslContext context;
    private volatile State state = State.OPEN;

    /// Read last; by one thread at a time.
    private Content seen;

    private enum State {
        OPEN,
        CLOSED
    }

    /// What the two files hold.
    private record Content(byte[] chain, byte[] key) {
        boolean same(Content other) {
            return Arrays.equals(chain, other.chain) && Arrays.equals(key, other.key);
        }
    }

    private TlsListener(Tls files, Clock clock) {
        this.files = files;
        this.clock = clock;
        this.seen = new Content(read("certificate", files.certificate()), read("key", files.key()));
        this.context = context(seen);
    }

    /// @throws IllegalArgumentException names the file that cannot be used, and why
    static TlsListener open(Tls files, Clock clock) {
        TlsListener opened = new TlsListener(files, clock);
        opened.again();
        return opened;
    }

    /// For a new connection.
    SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator, HANDSHAKES);
        // The connection has a deadline of its own, for this and the first request together.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private void again() {
        if (state == State.OPEN) {
            clock.after(EVERY, this::begin);
        }
    }

    private void begin() {
        try {
            Thread.ofVirtual().name("fanfare-tls").start(this::look);
        } catch (OutOfMemoryError e) {
            LOG.warn("no thread can be started to look at the certificate; it is tried again", e);
            again();
        }
    }

    private void look() {
        try {
            Content now =
                    new Content(read("certificate", files.certificate()), read("key", files.key()));
            if (!now.same(seen)) {
                seen = now;
                context = context(now);
                LOG.info("the certificate in {} is in use from now on", files.certificate());
            }
        } catch (IllegalArgumentException e) {
            LOG.error("the certificate in use stays: {}", e.getMessage());
        } finally {
            again();
        }
    }

    private SslContext context(Content content) {
        TlsIdentity identity =
                TlsIdentity.of(
                        content.chain(),
                        content.key(),
                        files,
                        Instant.ofEpochMilli(clock.millis()));
        try {
            return SslContextBuilder.forServer(identity.key(), identity.chain())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .applicationProtocolConfig(
                            new ApplicationProtocolConfig(
                                    ApplicationProtocolConfig.Protocol.ALPN,
                                    ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
                                    ApplicationProtocolConfig.SelectedListenerFailureBehavior
                                            .ACCEPT,
                                    ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (SSLException e) {
            throw new IllegalArgumentException(
                    "tls certificate: " + files.certificate() + " cannot be used", e);
        }
    }

    private static byte[] read(String what, Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException(
                        "tls " + what + ": " + file + " has more than " + MOST_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("tls " + what + ": " + file + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        state = State.CLOSED;
    }
}
