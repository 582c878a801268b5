// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Waits for SIGINT or SIGTERM, so that what runs is stopped in order by the thread that started
/// it. The second signal ends the process at once, after what must not be left behind. There is no
/// shutdown hook: hooks run beside each other, and the JVM would not exit with 0.
final class Lifetime {
    private static final int AT_ONCE = 130;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicInteger signals = new AtomicInteger();

    private final Runnable lastly;

    private Lifetime(Runnable lastly) {
        this.lastly = lastly;
    }

    /// From here on, signals are ours.
    ///
    /// @param lastly what the second signal does before it ends the process; quick
    static Lifetime begin(Runnable lastly) {
        Lifetime lifetime = new Lifetime(lastly);
        lifetime.handle("INT");
        lifetime.handle("TERM");
        return lifetime;
    }

    private void signalled() {
        if (signals.incrementAndGet() > 1) {
            try {
                lastly.run();
            } finally {
                Runtime.getRuntime().halt(AT_ONCE);
            }
        }
        asked.countDown();
    }

    boolean ending() {
        return asked.getCount() == 0;
    }

    void await() throws InterruptedException {
        asked.await();
    }

    /// By reflection: `sun.misc.Signal` is supported, but every use of it is a compiler's warning
    /// that cannot be suppressed.
    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours =
                    Proxy.newProxyInstance(
                            Lifetime.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, _, _) -> {
                                signalled();
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot handle the signal " + name, e);
        }
    }
}
