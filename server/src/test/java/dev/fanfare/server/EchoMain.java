// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.SystemClock;
import java.time.Duration;

/// What the Autobahn suite talks to: the echo endpoint at the root of the port it is given. Sizes
/// and fragments are raised to what cases 9.1 to 9.8 send; all else is as it ships.
public final class EchoMain {
    private static final FrameLimits AUTOBAHN =
            new FrameLimits(16 << 20, 16 << 20, 300_000, Duration.ofMinutes(2), 10);

    private EchoMain() {}

    /// @param arguments the port
    public static void main(String[] arguments) throws InterruptedException {
        WebSocketRoute echo = EchoNode.route().frames(AUTOBAHN);
        WebSocketRoute root =
                WebSocketRoute.of("/", echo.endpoint(), echo.dialect())
                        .frames(AUTOBAHN)
                        .compression(Compression.DEFLATE);
        int port = Integer.parseInt(arguments[0]);
        try (SystemClock clock = new SystemClock();
                EchoNode _ =
                        new EchoNode(
                                clock,
                                HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT),
                                listener ->
                                        // The plugin asks for this machine by its name.
                                        ListenerSpec.of(listener.name(), "0.0.0.0", port)
                                                .socket(root))) {
            Thread.currentThread().join();
        }
    }
}
