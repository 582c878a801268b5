// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Close;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Limits;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.Session;
import dev.fanfare.server.http.Origins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Describes one WebSocket endpoint: its dialect, who may come in, the channels that exist there
/// and what is done with messages. Not for use by several threads.
public final class EndpointConfig {
    private final Map<String, UnaryOperator<ChannelRules>> channels = new LinkedHashMap<>();
    private final Map<String, MessageHandler> handlers = new LinkedHashMap<>();
    private final List<EndpointHandlers.Reader<?>> before = new ArrayList<>(0);
    private final Map<String, Access> permits = new LinkedHashMap<>();
    private EndpointHandlers.@Nullable AnyHandler<?> otherwise;
    private @Nullable Rounds rounds;
    private @Nullable Dialect dialect;
    private @Nullable Authenticator authenticator;
    private @Nullable Gate gate;
    private @Nullable Origins origins;
    private @Nullable Compression compression;
    private Exchanges exchanges = Exchanges.OFF;
    private Endpoint.Admission admission = Endpoint.Admission.BY_COMMAND;
    private Endpoint.Lifecycle lifecycle = Endpoint.Lifecycle.NONE;
    private Limits limits = Limits.DEFAULT;
    private Close full = Close.TOO_MANY_CONNECTIONS;
    private Endpoint.UserMessages messages = Endpoint.UserMessages.AT_ONCE;
    private UnaryOperator<WebSocketRoute> handshake = UnaryOperator.identity();

    EndpointConfig() {}

    /// For an endpoint behind a [Gateway], which brings the dialect.
    public static EndpointConfig create() {
        return new EndpointConfig();
    }

    /// What an endpoint has when it says nothing else.
    record Defaults(
            Dialect dialect,
            Authenticator authenticator,
            Origins origins,
            Compression compression,
            ChannelRules rules) {}

    /// What clients speak here; Fanfare's own protocol by default.
    public EndpointConfig dialect(Dialect spoken) {
        dialect = spoken;
        return this;
    }

    /// Who may come in; the node's own authenticator by default.
    public EndpointConfig authenticator(Authenticator other) {
        authenticator = other;
        return this;
    }

    /// Decides before the upgrade.
    public EndpointConfig gate(Gate before) {
        gate = before;
        return this;
    }

    public EndpointConfig admission(Endpoint.Admission when) {
        admission = when;
        return this;
    }

    /// Channels of this pattern exist here, and at no endpoint that does not declare them too.
    ///
    /// @param pattern as [Rulebook] has it: `orders:{storeId}`
    public EndpointConfig channel(String pattern, UnaryOperator<ChannelRules> rules) {
        if (channels.putIfAbsent(pattern, rules) != null) {
            throw new IllegalArgumentException("channel pattern declared twice: " + pattern);
        }
        return this;
    }

    public EndpointConfig channel(String pattern) {
        return channel(pattern, UnaryOperator.identity());
    }

    /// Reads messages called `name` into a record and hands them over, on a virtual thread, in
    /// order for each session.
    public <T> EndpointConfig on(String name, Class<T> type, OnMessage<T> handler) {
        return on(name, JsonHandler.of(type, Validation.none(), handler));
    }

    public <T> EndpointConfig on(
            String name, Class<T> type, Validation<T> validation, OnMessage<T> handler) {
        return on(name, JsonHandler.of(type, validation, handler));
    }

    public EndpointConfig on(TypedHandler<?> handler) {
        return on(handler.messageType(), new Permitted(JsonHandler.of(handler), handler.access()));
    }

    /// Only whoever `who` allows may send messages called `name`: [Access#role] by role. Others are
    /// refused with `permission_denied`, and [dev.fanfare.core.SecurityEvent] says so.
    public EndpointConfig permit(String name, Access who) {
        permits.put(name, who);
        return this;
    }

    /// Has every session judged again, so that what was revoked elsewhere, or has changed, is found
    /// within this time: at uneven intervals, of half of it at least, and those of one node never
    /// twice at once.
    public EndpointConfig revalidate(Duration within, Revalidation judge) {
        if (!within.isPositive()) {
            throw new IllegalArgumentException("revalidate: " + within + " is no time");
        }
        rounds = new Rounds(within, judge);
        return this;
    }

    @Nullable Rounds rounds() {
        return rounds;
    }

    /// A handler that reads the bytes itself.
    public EndpointConfig on(String name, MessageHandler handler) {
        if (handlers.putIfAbsent(name, handler) != null) {
            throw new IllegalArgumentException("message handler registered twice: " + name);
        }
        return this;
    }

    /// Like [#on], and what `handler` returns is the reply.
    public <T> EndpointConfig answer(String name, Class<T> type, OnRequest<T> handler) {
        return on(
                name,
                new JsonHandler<>(
                        type, Validation.none(), handler, MessageHandler.Where.VIRTUAL_THREAD));
    }

    /// Like [#on], but on the session's event loop: it must not block.
    public <T> EndpointConfig inline(String name, Class<T> type, OnMessage<T> handler) {
        return on(name, JsonHandler.inline(type, handler));
    }

    /// Sees every message before the handler of its name, also one that no handler takes, and may
    /// refuse it; several run in the order they were given. They run where the handler does.
    ///
    /// @param type what a message is read into; a message that cannot be is refused
    public <T> EndpointConfig use(Class<T> type, Interceptor<T> interceptor) {
        before.add(new EndpointHandlers.Reader<>(type, interceptor));
        return this;
    }

    /// Handles messages whose names have no handler; what `handler` returns is the reply.
    public <T> EndpointConfig otherwise(Class<T> type, OnAny<T> handler) {
        if (otherwise != null) {
            throw new IllegalArgumentException("otherwise: is set already");
        }
        otherwise = new EndpointHandlers.AnyHandler<>(type, handler);
        return this;
    }

    /// Hooks that are called besides those given before.
    public EndpointConfig lifecycle(Endpoint.Lifecycle hooks) {
        lifecycle = lifecycle.equals(Endpoint.Lifecycle.NONE) ? hooks : lifecycle.and(hooks);
        return this;
    }

    /// Called once a session is connected, before its messages are handled.
    public EndpointConfig opened(OnOpened hook) {
        return lifecycle(
                new Endpoint.Lifecycle() {
                    @Override
                    public void opened(Session session) throws Exception {
                        hook.opened(session);
                    }
                });
    }

    /// Called when a session that was connected is gone, with the reason. [Session#subscriptions]
    /// are the channels that it had.
    public EndpointConfig closed(OnClosed hook) {
        return lifecycle(
                new Endpoint.Lifecycle() {
                    @Override
                    public void closed(Session session, Close close) throws Exception {
                        hook.closed(session, close);
                    }
                });
    }

    /// See [EndpointConfig#opened].
    @FunctionalInterface
    public interface OnOpened {
        void opened(Session session) throws Exception;
    }

    /// See [EndpointConfig#closed].
    @FunctionalInterface
    public interface OnClosed {
        void closed(Session session, Close close) throws Exception;
    }

    public EndpointConfig limits(Limits other) {
        limits = other;
        return this;
    }

    /// How a session of a user who has too many ends.
    public EndpointConfig full(Close close) {
        full = close;
        return this;
    }

    /// When sessions take what is sent to their users: at once by default.
    public EndpointConfig userMessages(Endpoint.UserMessages when) {
        messages = when;
        return this;
    }

    /// Web origins whose pages may connect, besides the endpoint's own.
    public EndpointConfig origins(Origins allowed) {
        origins = allowed;
        return this;
    }

    /// Whether messages may be deflated; as the node has it by default.
    public EndpointConfig compression(Compression other) {
        compression = other;
        return this;
    }

    /// Whether and how its clients may come without a WebSocket: only by Fanfare's own protocol,
    /// and where no [#gate] decides.
    public EndpointConfig exchanges(Exchanges other) {
        exchanges = other;
        return this;
    }

    Exchanges exchanges() {
        return exchanges;
    }

    /// Anything else about the upgrade: frame limits, subprotocols, statuses.
    public EndpointConfig handshake(UnaryOperator<WebSocketRoute> change) {
        handshake = change;
        return this;
    }

    Map<String, ChannelRules> rules(ChannelRules base) {
        Map<String, ChannelRules> all = new LinkedHashMap<>();
        channels.forEach((pattern, rules) -> all.put(pattern, rules.apply(base)));
        return all;
    }

    WebSocketRoute route(
            String name, String path, Map<String, ChannelRules> rules, Defaults defaults) {
        Dialect spoken = dialect == null ? defaults.dialect : dialect;
        Endpoint endpoint = endpoint(name, spoken, rules, defaults);
        WebSocketRoute route =
                WebSocketRoute.of(path, endpoint, spoken)
                        .origins(origins == null ? defaults.origins : origins)
                        .compression(compression == null ? defaults.compression : compression);
        return handshake.apply(gate == null ? route : route.gate(gate));
    }

    private Map<String, MessageHandler> permitted() {
        Map<String, MessageHandler> all = new LinkedHashMap<>(handlers);
        permits.forEach((name, who) -> {
            if (all.computeIfPresent(name, (_, handler) -> new Permitted(handler, who)) == null) {
                throw new IllegalArgumentException("permit: no message is called " + name);
            }
        });
        return all;
    }

    Endpoint endpoint(
            String name, Encoder encoder, Map<String, ChannelRules> rules, Defaults defaults) {
        return new Endpoint(
                name,
                encoder,
                authenticator == null ? defaults.authenticator : authenticator,
                admission,
                Rulebook.of(rules),
                new EndpointHandlers(Map.copyOf(permitted()), List.copyOf(before), otherwise),
                lifecycle,
                limits,
                full,
                messages);
    }
}
