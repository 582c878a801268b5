// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Channel;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.Session;
import dev.fanfare.core.SystemClock;
import dev.fanfare.core.User;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running node. Any thread.
public final class Fanfare implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Fanfare.class);
    private static final Duration GRACE = Duration.ofSeconds(8);

    private final Parts parts;
    private final HttpServer server;
    private final NettyTransport transport;
    private final Duration drainWindow;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Fanfare(Parts parts, HttpServer server, NettyTransport transport, Duration window) {
        this.parts = parts;
        this.server = server;
        this.transport = transport;
        this.drainWindow = window;
    }

    /// What a node consists of before it listens.
    private record Parts(
            Hub hub,
            Readiness readiness,
            Metrics metrics,
            Runnable release,
            Map<Gateway.Plan, Gateway> gateways,
            List<Repeating> rounds) {
        void close() {
            rounds.forEach(Repeating::close);
            gateways.values().forEach(Gateway::close);
            hub.close();
            metrics.close();
            release.run();
        }
    }

    /// Starts a node.
    ///
    /// @throws IllegalArgumentException names the setting that cannot stand
    /// @throws UncheckedIOException names the listener whose port is taken
    public static Fanfare start(Consumer<FanfareConfig> configure) {
        FanfareConfig config = new FanfareConfig();
        configure.accept(config);
        config.check();
        Environment environment = environment(config);
        Doors doors =
                new Doors(new IdentityHashMap<>(), new IdentityHashMap<>(), new LinkedHashMap<>());
        Map<String, ChannelRules> rules = endpoints(config, environment.clock(), doors);
        Engine engine = config.engine == null ? new MemoryEngine(environment) : config.engine;
        Hub hub =
                new Hub(
                        engine,
                        Rulebook.of(rules).inboxes(config.inboxes),
                        new JsonPayloads(),
                        environment);
        Readiness readiness = new Readiness(environment.clock());
        config.checks.forEach(readiness::add);
        Metrics metrics = new Metrics(hub, config.figures);
        Parts parts =
                new Parts(
                        hub,
                        readiness,
                        metrics,
                        release(config, environment),
                        new IdentityHashMap<>(),
                        doors.rounds.entrySet().stream()
                                .map(entry ->
                                        entry.getValue().begin(entry.getKey(), hub, environment))
                                .toList());
        serve(config, parts);
        try {
            return listen(config, parts, environment, doors);
        } catch (IOException e) {
            parts.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static Environment environment(FanfareConfig config) {
        return new Environment(
                config.clock == null ? new SystemClock() : config.clock, new SecureRandom());
    }

    /// Ends what the node made for itself, and not what it was given.
    private static Runnable release(FanfareConfig config, Environment environment) {
        return config.clock == null && environment.clock() instanceof SystemClock ours
                ? ours::close
                : () -> {};
    }

    /// What was described, built.
    private record Doors(
            IdentityHashMap<EndpointConfig, WebSocketRoute> routes,
            IdentityHashMap<Gateway.Plan, Map<String, Endpoint>> behind,
            Map<String, Rounds> rounds) {
        void rounds(String name, EndpointConfig endpoint) {
            Rounds wanted = endpoint.rounds();
            if (wanted != null) {
                rounds.put(name, wanted);
            }
        }
    }

    /// Builds every endpoint into `doors`.
    ///
    /// @return the rules of all channels there are
    private static Map<String, ChannelRules> endpoints(
            FanfareConfig config, Clock clock, Doors doors) {
        EndpointConfig.Defaults defaults =
                new EndpointConfig.Defaults(
                        new NativeDialect(),
                        authenticator(config, clock),
                        config.origins,
                        config.compression,
                        config.open()
                                ? ChannelRules.DEFAULT.subscribe(Access.anyone())
                                : ChannelRules.DEFAULT);
        Map<String, ChannelRules> all = new LinkedHashMap<>();
        for (Site site : config.listeners()) {
            site.sockets()
                    .forEach((path, endpoint) -> {
                        Map<String, ChannelRules> rules = endpoint.rules(defaults.rules());
                        rules.forEach((pattern, rule) -> agree(all, pattern, rule));
                        doors.routes.put(
                                endpoint,
                                endpoint.route(site.name() + path, path, rules, defaults));
                        doors.rounds(site.name() + path, endpoint);
                    });
            for (Gateway.Plan plan : site.gateways()) {
                Map<String, Endpoint> behind = new LinkedHashMap<>();
                plan.endpoints()
                        .forEach((name, endpoint) -> {
                            Map<String, ChannelRules> rules = endpoint.rules(defaults.rules());
                            rules.forEach((pattern, rule) -> agree(all, pattern, rule));
                            String full = site.name() + plan.path() + ' ' + name;
                            doors.rounds(full, endpoint);
                            behind.put(
                                    name,
                                    endpoint.endpoint(full, plan.encoder(name), rules, defaults));
                        });
                doors.behind.put(plan, behind);
            }
        }
        return all;
    }

    /// A pattern may be declared at several endpoints, with other people admitted; what a channel
    /// keeps is the same everywhere.
    private static void agree(Map<String, ChannelRules> all, String pattern, ChannelRules rules) {
        ChannelRules known = all.putIfAbsent(pattern, rules);
        if (known != null
                && !known.equals(rules.subscribe(known.subscribe()).publish(known.publish()))) {
            throw new IllegalArgumentException(
                    "channel pattern "
                            + pattern
                            + ": two endpoints disagree on its history, presence or lagging");
        }
    }

    private static Authenticator authenticator(FanfareConfig config, Clock clock) {
        if (config.authenticator != null) {
            return config.authenticator;
        }
        if (config.jwt != null) {
            return new JwtAuthenticator(config.jwt, clock);
        }
        LOG.warn("nothing says who may come in: anybody may, without a name. Set a jwt secret.");
        return _ -> Authenticator.anonymous();
    }

    private static void serve(FanfareConfig config, Parts parts) {
        if (config.secrets == FanfareConfig.Secrets.DEMONSTRATION) {
            LOG.warn("weak secrets are taken: for a demonstration on this machine only");
        }
        config.main.routes(parts.readiness.routes()).pages(Fanfare.class, "public");
        config.main.routes(new HttpApi(parts.hub, new ApiKeys(config.apiKeys)).routes());
        if (config.metricsOnNative) {
            config.main.routes(parts.metrics.routes());
        }
        if (config.metrics != null) {
            config.metrics.routes(parts.metrics.routes());
        }
    }

    private static Fanfare listen(
            FanfareConfig config, Parts parts, Environment environment, Doors doors)
            throws IOException {
        HttpServer.Node node = new HttpServer.Node(parts.hub, environment, config.httpLimits);
        doors.behind.forEach(
                (plan, endpoints) -> parts.gateways.put(plan, plan.open(node, endpoints)));
        List<ListenerSpec> listeners =
                config.listeners().stream()
                        .map(site ->
                                site.listener(node, doors.routes, parts.gateways)
                                        .tls(config.tls(site)))
                        .toList();
        NettyTransport transport = NettyTransport.open(config.transport, config.loops);
        try {
            HttpServer server = HttpServer.start(transport, node, listeners);
            parts.readiness.become(Readiness.State.SERVING);
            LOG.info(
                    "listening on port {} by {}",
                    server.port(FanfareConfig.NATIVE),
                    transport.kind());
            return new Fanfare(parts, server, transport, config.drainWindow);
        } catch (IOException | RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    public Channel channel(String name) {
        return parts.hub.channel(name);
    }

    public User user(String id) {
        return parts.hub.user(id);
    }

    /// Sends to every connected session.
    ///
    /// @return how many sessions it was handed to
    public int broadcast(Object value) {
        return parts.hub.broadcast(value, _ -> true);
    }

    /// The same, under an event name.
    public int broadcast(String event, Object value) {
        return parts.hub.broadcast(event, value, _ -> true);
    }

    /// The connected sessions of this node.
    public List<Session> sessions() {
        return parts.hub.sessions();
    }

    public Hub hub() {
        return parts.hub;
    }

    /// The port of the native listener.
    public int port() {
        return port(FanfareConfig.NATIVE);
    }

    /// The port of the listener of that name; `metrics` is that of [FanfareConfig#metrics].
    ///
    /// @throws IllegalArgumentException when there is none
    public int port(String listener) {
        return server.port(listener);
    }

    public NettyTransport.Kind transport() {
        return transport.kind();
    }

    /// `GET /ready` is 200 only while this holds too.
    public void ready(String name, ReadyCheck check) {
        parts.readiness.add(name, check);
    }

    /// Stops gracefully, with the configured window and a few seconds more.
    public void stop() {
        end(drainWindow, drainWindow.plus(GRACE));
    }

    /// Takes no more connections, answers `/ready` with 503, answers the requests that have begun
    /// as the last ones of their connections, tells every session to come back, spread over the
    /// configured window or what of it fits the deadline, and ends. What is not closed by the
    /// deadline is cut.
    public void stop(Duration deadline) {
        Duration most = deadline.multipliedBy(3).dividedBy(4);
        end(most.compareTo(drainWindow) < 0 ? most : drainWindow, deadline);
    }

    /// Tells every session to come back, at once, and ends.
    @Override
    public void close() {
        end(Duration.ZERO, GRACE);
    }

    private void end(Duration window, Duration deadline) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        parts.readiness.become(Readiness.State.DRAINING);
        try {
            server.drain(window).get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "{} sessions and {} requests were still open at the deadline",
                    parts.hub.counts().sessions(),
                    server.unanswered(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error("draining failed", e);
        } finally {
            server.close();
            parts.close();
            transport.close();
        }
    }
}
