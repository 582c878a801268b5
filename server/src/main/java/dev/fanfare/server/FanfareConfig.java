// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Limits;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import dev.fanfare.server.http.Origins;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Describes a node: its native listener, with Fanfare's own protocol at `/ws` and `/exchange`, and
/// the HTTP API, and whatever other listeners there are. Channels and handlers named here belong to
/// the native endpoint. Not for use by several threads.
///
/// **Who may come in.** With [#jwt], whoever has a token. With [#authenticator], whoever that
/// accepts. With neither, anybody, without a name, and channels are open to them unless their rules
/// say otherwise: this is for a first program on one's own machine, so it is logged as a warning,
/// and a node that listens beyond the loopback refuses to start.
public final class FanfareConfig {
    static final String NATIVE = "native";
    private static final int MIN_KEY = 32;

    final Site main = new Site(NATIVE).port(8000);
    final EndpointConfig endpoint = new EndpointConfig();
    final Map<String, Site> sites = new LinkedHashMap<>();
    final List<String> apiKeys = new ArrayList<>();
    final Map<String, ReadyCheck> checks = new LinkedHashMap<>();
    final List<Figure> figures = new ArrayList<>();
    NettyTransport.Kind transport = NettyTransport.Kind.AUTO;
    int loops = Math.min(8, Runtime.getRuntime().availableProcessors());
    HttpLimits httpLimits = HttpLimits.DEFAULT;
    Origins origins = Origins.SAME;
    Compression compression = Compression.OFF;
    Secrets secrets = Secrets.STRONG;
    Inbox.Bounds inboxes = Inbox.Bounds.DEFAULT;
    Duration drainWindow = Duration.ofSeconds(20);
    boolean metricsOnNative;
    @Nullable Site metrics;
    @Nullable Tls tls;
    @Nullable JwtPolicy jwt;
    @Nullable Authenticator authenticator;
    @Nullable Engine engine;
    @Nullable Clock clock;

    FanfareConfig() {
        main.webSocket("/ws", endpoint.exchanges(Exchanges.DEFAULT));
    }

    /// How strong API keys have to be.
    public enum Secrets {
        /// At least 32 bytes.
        STRONG,
        /// Any: for a demonstration on one's own machine. Said at the start as a warning.
        DEMONSTRATION
    }

    /// The address of the native listener; this machine's loopback by default.
    public FanfareConfig host(String address) {
        main.host(address);
        return this;
    }

    /// The port of the native listener, 8000 by default; 0 for any that is free.
    public FanfareConfig port(int number) {
        main.port(number);
        return this;
    }

    /// TLS for every listener but that of the metrics; none by default. A [Site] may have its own.
    public FanfareConfig tls(Tls files) {
        tls = files;
        return this;
    }

    public FanfareConfig transport(NettyTransport.Kind kind) {
        transport = kind;
        return this;
    }

    /// How many event loops own the connections; one for each core by default, at most 8.
    public FanfareConfig eventLoops(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("event loops: " + number + " is less than 1");
        }
        loops = number;
        return this;
    }

    /// Who comes in shows a token signed with this secret.
    ///
    /// @throws IllegalArgumentException when it has less than 32 bytes
    public FanfareConfig jwtSecret(String secret) {
        return jwt(JwtPolicy.of(secret));
    }

    public FanfareConfig jwt(JwtPolicy policy) {
        jwt = policy;
        return this;
    }

    /// Decides who may come in, in place of tokens.
    public FanfareConfig authenticator(Authenticator other) {
        authenticator = other;
        return this;
    }

    /// A key that the HTTP API takes; without any, it takes no request.
    public FanfareConfig apiKey(String key) {
        apiKeys.add(key);
        return this;
    }

    public FanfareConfig secrets(Secrets strength) {
        secrets = strength;
        return this;
    }

    /// Web origins whose pages may connect, besides a listener's own; an endpoint may say
    /// otherwise.
    public FanfareConfig origins(Origins allowed) {
        origins = allowed;
        return this;
    }

    /// Whether messages may be deflated where a client offers it; not, by default. An endpoint may
    /// say otherwise.
    public FanfareConfig compression(Compression other) {
        compression = other;
        return this;
    }

    /// Channels of this pattern exist at the native endpoint.
    ///
    /// @param pattern `orders:{storeId}`: `{...}` stands for one or more characters other than `:`
    public FanfareConfig channel(String pattern, UnaryOperator<ChannelRules> rules) {
        endpoint.channel(pattern, rules);
        return this;
    }

    public FanfareConfig channel(String pattern) {
        endpoint.channel(pattern);
        return this;
    }

    /// Reads messages called `name` into a record and hands them over, on a virtual thread, in
    /// order for each session.
    public <T> FanfareConfig on(String name, Class<T> type, OnMessage<T> handler) {
        endpoint.on(name, type, handler);
        return this;
    }

    public <T> FanfareConfig on(
            String name, Class<T> type, Validation<T> validation, OnMessage<T> handler) {
        endpoint.on(name, type, validation, handler);
        return this;
    }

    public FanfareConfig on(TypedHandler<?> handler) {
        endpoint.on(handler);
        return this;
    }

    /// A handler that reads the bytes itself.
    public FanfareConfig on(String name, MessageHandler handler) {
        endpoint.on(name, handler);
        return this;
    }

    /// Like [#on], and what `handler` returns is the reply.
    public <T> FanfareConfig answer(String name, Class<T> type, OnRequest<T> handler) {
        endpoint.answer(name, type, handler);
        return this;
    }

    /// Like [#on], but on the session's event loop: it must not block.
    public <T> FanfareConfig inline(String name, Class<T> type, OnMessage<T> handler) {
        endpoint.inline(name, type, handler);
        return this;
    }

    /// Whatever else there is to say about the native endpoint.
    public FanfareConfig nativeEndpoint(Consumer<EndpointConfig> change) {
        change.accept(endpoint);
        return this;
    }

    /// More routes, pages and endpoints on the native listener.
    public FanfareConfig nativeSite(Consumer<Site> change) {
        change.accept(main);
        return this;
    }

    /// One more listener.
    ///
    /// @param port 0 for any that is free
    public FanfareConfig site(String name, int port, Consumer<Site> described) {
        Site site = new Site(name).host(main.host()).port(port);
        if (name.equals(NATIVE) || sites.putIfAbsent(name, site) != null) {
            throw new IllegalArgumentException("two listeners are called " + name);
        }
        described.accept(site);
        return this;
    }

    /// What stores and numbers publications; memory by default. The node closes it in the end.
    public FanfareConfig engine(Engine other) {
        engine = other;
        return this;
    }

    public FanfareConfig clock(Clock other) {
        clock = other;
        return this;
    }

    /// Limits of sessions at the native endpoint.
    public FanfareConfig limits(Limits other) {
        endpoint.limits(other);
        return this;
    }

    /// How much waits for a user of whom no session takes messages: 100 messages of together 512
    /// KiB for 24 hours by default; with 0 messages nothing does.
    public FanfareConfig inboxes(Inbox.Bounds bounds) {
        inboxes = bounds;
        return this;
    }

    /// Limits of the whole node.
    public FanfareConfig httpLimits(HttpLimits other) {
        httpLimits = other;
        return this;
    }

    /// Over how long [Fanfare#stop()] spreads the closing of sessions.
    public FanfareConfig drainWindow(Duration window) {
        drainWindow = window;
        return this;
    }

    /// `GET /metrics` on the native listener.
    public FanfareConfig metrics() {
        metricsOnNative = true;
        return this;
    }

    /// `GET /metrics` on a listener of its own.
    public FanfareConfig metrics(String host, int port) {
        metrics = new Site("metrics").host(host).port(port);
        return this;
    }

    /// `GET /ready` is 200 only while this holds too.
    public FanfareConfig ready(String name, ReadyCheck check) {
        checks.put(name, check);
        return this;
    }

    /// One more figure among the metrics.
    public FanfareConfig figure(Figure more) {
        figures.add(more);
        return this;
    }

    List<Site> listeners() {
        List<Site> all = new ArrayList<>();
        all.add(main);
        all.addAll(sites.values());
        if (metrics != null) {
            all.add(metrics);
        }
        return all;
    }

    @Nullable Tls tls(Site site) {
        Tls own = site.tls();
        return own != null || site == metrics ? own : tls;
    }

    boolean open() {
        return jwt == null && authenticator == null;
    }

    /// @throws IllegalArgumentException names the setting that cannot stand
    void check() {
        for (String key : apiKeys) {
            int length = key.getBytes(StandardCharsets.UTF_8).length;
            if (secrets == Secrets.STRONG && length < MIN_KEY) {
                throw new IllegalArgumentException(
                        "api key: has " + length + " bytes, needs at least " + MIN_KEY);
            }
        }
        if (open() && !loopback(main.host())) {
            throw new IllegalArgumentException(
                    "host: "
                            + main.host()
                            + " is not the loopback, and nothing says who may come in; set a jwt"
                            + " secret or an authenticator");
        }
    }

    private static boolean loopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            // A name, which may be anybody's.
            return false;
        }
    }
}
