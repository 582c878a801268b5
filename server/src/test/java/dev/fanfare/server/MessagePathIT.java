// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Access;
import dev.fanfare.core.Command;
import dev.fanfare.core.Environment;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import dev.fanfare.core.SystemClock;
import dev.fanfare.engine.Engine;
import dev.fanfare.testkit.TestClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Walks a message's path over a real socket, and holds ARCHITECTURE.md's list of files to it.
final class MessagePathIT {
    private static final StackWalker STACK = StackWalker.getInstance();

    /// Who was on the stack when the message came by.
    private final ConcurrentHashMap<String, List<String>> stations = new ConcurrentHashMap<>();

    private void note(String station) {
        stations.putIfAbsent(
                station,
                STACK.walk(frames ->
                        frames.map(frame -> frame.getClassName().replaceAll("[.$]", "."))
                                .collect(Collectors.toList())));
    }

    @Test
    void aMessageGoesThroughTheEightFilesOfTheArchitecture() throws Exception {
        try (SystemClock clock = new SystemClock();
                Fanfare node = start(clock);
                TestClient ada = connect(node);
                TestClient bob = connect(node)) {
            ada.subscribe("news").isLive();
            bob.publish("news", "{\"n\":1}").isStored();
            ada.receives("news").withData("{\"n\":1}");
        }
        assertThat(onTheWay("decode")).contains("WebSocketEndpoint");
        assertThat(onTheWay("publish")).contains("WebSocketEndpoint", "Session", "Commands", "Hub");
        assertThat(onTheWay("announce")).contains("MemoryEngine");
        assertThat(onTheWay("encode")).contains("MemoryEngine", "Hub");
        assertThat(filesOfTheArchitecture())
                .containsExactly(
                        "WebSocketEndpoint",
                        "Dialect",
                        "Session",
                        "Commands",
                        "Engine",
                        "MemoryEngine",
                        "Hub",
                        "Outbox");
    }

    private List<String> onTheWay(String station) {
        return stations.getOrDefault(station, List.of()).stream()
                .map(name -> name.replaceFirst("^.*\\.core\\.|^.*\\.server\\.", ""))
                .map(name -> name.replaceFirst("\\..*", ""))
                .distinct()
                .toList();
    }

    /// The numbered table under "The life of a message".
    private static List<String> filesOfTheArchitecture() throws Exception {
        String page = Files.readString(Path.of("..", "ARCHITECTURE.md"));
        return Pattern.compile("(?m)^\\| [1-8] \\| \\w+ \\| \\[(\\w+)]\\(")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private Fanfare start(SystemClock clock) {
        Engine engine = noting(new MemoryEngine(new Environment(clock, new SecureRandom())));
        return Fanfare.start(config ->
                config.port(0)
                        .clock(clock)
                        .engine(engine)
                        .channel("news", rules -> rules.publish(Access.anyone()))
                        .nativeEndpoint(endpoint -> endpoint.dialect(noting())));
    }

    private static TestClient connect(Fanfare node) {
        return TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), null);
    }

    private Dialect noting() {
        NativeDialect spoken = new NativeDialect();
        return new Dialect() {
            @Override
            public Command decode(byte[] text) {
                note("decode");
                return spoken.decode(text);
            }

            @Override
            public Heartbeat heartbeat() {
                return spoken.heartbeat();
            }

            @Override
            public byte @Nullable [] push(Push push) {
                if (push instanceof Push.Delivery) {
                    note("encode");
                }
                return spoken.push(push);
            }

            @Override
            public byte @Nullable [] reply(long id, Reply reply) {
                return spoken.reply(id, reply);
            }
        };
    }

    /// The same engine, which notes who publishes and whom it announces to.
    private Engine noting(Engine engine) {
        return proxy(
                Engine.class,
                engine,
                (method, argument) -> {
                    if (method.equals("publish")) {
                        note("publish");
                    }
                    return argument instanceof Engine.Listener listener
                            ? proxy(Engine.Listener.class, listener, this::announced)
                            : argument;
                });
    }

    private Object announced(String method, Object argument) {
        if (method.equals("published")) {
            note("announce");
        }
        return argument;
    }

    private interface Change {
        Object argument(String method, Object argument);
    }

    private static <T> T proxy(Class<T> type, T target, Change change) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> {
                            Object[] changed = arguments == null ? new Object[0] : arguments;
                            for (int i = 0; i < changed.length; i++) {
                                changed[i] = change.argument(method.getName(), changed[i]);
                            }
                            try {
                                return method.invoke(target, changed);
                            } catch (InvocationTargetException e) {
                                throw e.getTargetException();
                            }
                        }));
    }
}
