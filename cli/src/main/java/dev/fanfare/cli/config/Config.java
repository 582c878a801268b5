// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import dev.fanfare.apps.changes.ChangeFeed;
import dev.fanfare.apps.changes.ChangeMapping;
import dev.fanfare.apps.changes.Mapping;
import dev.fanfare.apps.changes.Numbers;
import dev.fanfare.changes.Settings;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Limits;
import dev.fanfare.engine.Inbox;
import dev.fanfare.server.Compression;
import dev.fanfare.server.Exchanges;
import dev.fanfare.server.FrameLimits;
import dev.fanfare.server.HttpLimits;
import dev.fanfare.server.NettyTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that can be set. Each component is a key of the file, by its name in kebab-case.
public record Config(
        @Setting(value = "The address to listen on.", initial = "0.0.0.0") String host,
        @Setting(value = "The port; 0 takes any that is free.", initial = "8000", max = 65_535)
                int port,
        @Setting(
                        value =
                                "How bytes move: `auto` takes io_uring where the kernel allows it, then epoll,"
                                        + " then NIO.",
                        initial = "auto")
                NettyTransport.Kind transport,
        @Setting(
                        value = "Threads that own the connections; 0 for one each core, at most 8.",
                        initial = "0",
                        max = 1_024)
                int loops,
        @Setting("TLS, by files of PEM.") TlsSettings tls,
        @Setting("Who clients are.") Auth auth,
        @Setting("Keys for the HTTP API, each of 32 characters or more; without one it is closed.")
                List<String> apiKeys,
        @Setting(
                        "Web origins whose pages may connect, beside our own: `https://app.example.com`,"
                                + " `https://*.example.com`, or of an app's shell, `capacitor://localhost`. `*`"
                                + " allows every origin, and requests with cookies only by WebSocket.")
                List<String> origins,
        @Setting("Whether messages are deflated (permessage-deflate).") Messages compression,
        @Setting("For clients that no WebSocket reaches: plain requests at `/exchange`.")
                ExchangeSettings exchange,
        @Setting("Rules by channel pattern; a channel that matches none does not exist.")
                Map<String, ChannelSettings> channels,
        @Setting("Postgres databases by name, whose changes are published.")
                Map<String, SourceSettings> sources,
        @Setting("What sessions, users and addresses may take.") LimitSettings limits,
        @Setting("What waits for a user while no session takes it.") InboxSettings inbox,
        @Setting(
                        value = "How long a stopping node takes to send its clients away.",
                        initial = "20s")
                Duration drain,
        @Setting("Where metrics are.") Metrics metrics,
        @Setting("What is logged.") Log log,
        @Setting("What `./fanfare demo` starts beside the server.") Demo demo) {

    /// Files that change hold for connections from then on.
    public record TlsSettings(
            @Setting(
                            "A file of PEM: our certificate, then those between it and the root. With it, all"
                                    + " listeners but that of the metrics speak TLS and nothing else.")
                    String certificate,
            @Setting("A file of PEM: its private key, as unencrypted PKCS#8.") String key,
            @Setting(
                            value =
                                    "For how long browsers are told to come by TLS only"
                                            + " (Strict-Transport-Security); 0 tells them nothing.",
                            initial = "0")
                    Duration hsts) {}

    /// Tokens are JWTs. What verifies them is one of the first three.
    public record Auth(
            @Setting(
                            value =
                                    "The secret that signs tokens (HS256), 32 bytes or more. `openssl rand -hex 32`"
                                            + " makes one.",
                            shown = Setting.Shown.NEVER)
                    String secret,
            @Setting(
                            "A file with the public keys that verify tokens: PEM, a JWK, or a set of them.")
                    String publicKey,
            @Setting(
                            "Where the issuer publishes its public keys (JWKS): `https:`, or `http:` of this"
                                    + " machine.")
                    String jwksUrl,
            @Setting(
                            "Which of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA count; empty"
                                    + " for all. A key that does not say is for the first that fits it.")
                    List<String> algorithms,
            @Setting(value = "The claim that has the user's id.", initial = "sub") String userClaim,
            @Setting("The `iss` that tokens must have; empty for any.") String issuer,
            @Setting("The `aud` that tokens must have; empty for any.") String audience,
            @Setting(value = "Whether a client without a token may connect.", initial = "refused")
                    Anonymous anonymous) {}

    public enum Anonymous {
        REFUSED,
        ALLOWED
    }

    /// What is sent to many is deflated once for all of them; no session keeps a window.
    public record Messages(
            @Setting(
                            value =
                                    "`deflate` where a client offers it: fewer bytes, for processor time once a"
                                            + " publication.",
                            initial = "off")
                    Compression.Mode mode,
            @Setting(value = "Payloads from this size are deflated.", initial = "1KB", min = 1)
                    Size threshold) {

        public Compression messages() {
            return new Compression(mode, threshold.bytes());
        }
    }

    public record ExchangeSettings(
            @Setting(value = "Whether clients may come by them.", initial = "allowed")
                    Fallback mode,
            @Setting(
                            value =
                                    "How long a stream of server-sent events lasts, before its client is to come"
                                            + " back to whichever node it is sent to.",
                            initial = "1h")
                    Duration life) {

        /// @throws InvalidConfiguration when a stream would not last at all
        public Exchanges exchanges() {
            if (!life.isPositive()) {
                throw new InvalidConfiguration("exchange.life: must be more than 0.");
            }
            return switch (mode) {
                case ALLOWED -> Exchanges.DEFAULT.life(life);
                case REFUSED -> Exchanges.OFF;
            };
        }
    }

    public enum Fallback {
        ALLOWED,
        REFUSED
    }

    /// The rules of one pattern.
    public record ChannelSettings(
            @Setting(value = "Publications that the history keeps.", initial = "0") int historySize,
            @Setting(value = "How long it keeps each.", initial = "10m") Duration historyAge,
            @Setting(
                            value =
                                    "Whether members are tracked, and `announced` to each other as they come and go.",
                            initial = "off")
                    ChannelRules.Presence presence,
            @Setting(value = "How long a member who left still counts.", initial = "5s")
                    Duration grace,
            @Setting(value = "Who may subscribe.", initial = "authenticated") Who subscribe,
            @Setting(value = "Which clients may publish.", initial = "nobody") Who publish,
            @Setting(
                            value =
                                    "What happens to a session that falls behind: `disconnect` it, `skip` with a gap"
                                            + " that it is told of, or send the `latest` of each key.",
                            initial = "disconnect")
                    ChannelRules.Lagging lagging,
            @Setting(
                            value =
                                    "Whether clients may subscribe with a filter on the payload's fields.",
                            initial = "allowed")
                    ChannelRules.Filters filters,
            @Setting(
                            value =
                                    "Whether clients encrypt what they publish here: all else is refused, and so are"
                                            + " filters and `conflate-by`, for the server cannot read it.",
                            initial = "false")
                    boolean encrypted) {

        public ChannelRules rules() {
            ChannelRules rules =
                    ChannelRules.DEFAULT
                            .history(historySize, historyAge)
                            .presence(presence, grace)
                            .subscribe(subscribe.access())
                            .publish(publish.access())
                            .lagging(lagging)
                            .filters(filters);
            return encrypted ? rules.encrypted() : rules;
        }
    }

    /// A Postgres whose changes are published.
    public record SourceSettings(
            @Setting("`jdbc:postgresql://host:port/database`.") String url,
            @Setting("Who connects; needs the attribute REPLICATION.") String user,
            @Setting(value = "The password.", shown = Setting.Shown.NEVER) String password,
            @Setting(
                            value =
                                    "The replication slot, one for each node; made when it is missing.",
                            initial = "fanfare")
                    String slot,
            @Setting(value = "The publication; made when it is missing.", initial = "fanfare")
                    String publication,
            @Setting(
                            value =
                                    "Whether a new slot begins with every row there is, as the operation `read`.",
                            initial = "never")
                    Settings.Snapshot snapshot,
            @Setting(
                            value =
                                    "How much of its log the database may keep for us, before the slot is given up and"
                                            + " subscribers are told of a gap.",
                            initial = "1024MB",
                            min = 1_024)
                    Size maxWal,
            @Setting(
                            value =
                                    "How long a publication waits for a newer one of its channel (and `conflate-by`),"
                                            + " which is then sent alone.",
                            initial = "0")
                    Duration coalesce,
            @Setting("What its changes become, by name.") Map<String, MappingSettings> mappings) {

        /// @throws IllegalArgumentException says what cannot stand
        public ChangeFeed.Source source(String name) {
            List<Mapping> all = new ArrayList<>();
            mappings.forEach((mapping, settings) -> all.add(settings.mapping(mapping)));
            if (all.isEmpty()) {
                throw new IllegalArgumentException("has no mappings");
            }
            Settings settings =
                    Settings.of(url, user, password)
                            .slot(slot)
                            .publication(publication)
                            .snapshot(snapshot)
                            .maxWal(maxWal.bytes());
            return new ChangeFeed.Source(name, settings, all, coalesce);
        }
    }

    /// What the changes of a table become.
    public record MappingSettings(
            @Setting("The table: `orders`, or `sales.orders`.") String table,
            @Setting("The channel, with columns of the row: `orders:{store_id}`.") String channel,
            @Setting(
                            "Which rows: `status <> 'draft' and (total >= 10 or vip)`; empty for all. A row that comes to"
                                    + " match is an insert, one that ceases to a delete.")
                    String where,
            @Setting(
                            "Which of `insert`, `update`, `delete`, `truncate` and `read`; empty for all but the last.")
                    List<String> operations,
            @Setting(
                            value =
                                    "The event; `{operation}` and `{table}` stand for what happened where.",
                            initial = "{operation}")
                    String event,
            @Setting(
                            value =
                                    "The whole `change`, `{operation, table, before, after, committedAt}`, and `unchanged` where"
                                            + " long values were left out; or the `row`.",
                            initial = "change")
                    ChangeMapping.PayloadShape payload,
            @Setting("Columns, `total` or `total as amount`; empty for all.") List<String> columns,
            @Setting(
                            value =
                                    "How `bigint` and `numeric` are published: as numbers but for those that a JavaScript"
                                            + " client would round, which are texts (`safe`); all as `text`; all as `number`.",
                            initial = "safe")
                    Numbers numbers,
            @Setting(
                            "Columns that say which publications replace each other, where a channel promises the latest"
                                    + " only. One that lacks a long value does not replace the one before it.")
                    List<String> conflateBy) {

        Mapping mapping(String name) {
            return ChangeMapping.of(
                    name,
                    new ChangeMapping.Described(
                            table,
                            channel,
                            where,
                            operations,
                            event,
                            payload,
                            columns,
                            numbers,
                            conflateBy));
        }
    }

    public record LimitSettings(
            @Setting(value = "Open sessions of one user.", initial = "100", min = 1)
                    int connections,
            @Setting(value = "Subscriptions of one session.", initial = "128", min = 1)
                    int channels,
            @Setting(value = "Commands a second of one session.", initial = "1000", min = 1)
                    int commands,
            @Setting(
                            value = "Commands of one session that may come at once.",
                            initial = "2000",
                            min = 1)
                    int burst,
            @Setting(
                            value = "Commands a second over all sessions of one user.",
                            initial = "5000",
                            min = 1)
                    int userCommands,
            @Setting(
                            value =
                                    "How far one session may be behind in its channels, and how"
                                            + " much else may wait while it does not read.",
                            initial = "1MB",
                            min = 1_024)
                    Size outbox,
            @Setting(
                            value =
                                    "Malformed commands without a readable id, within a minute, at"
                                            + " which a session is closed.",
                            initial = "3",
                            min = 1)
                    int badCommands,
            @Setting(
                            value = "How long a session may stay without saying who it is.",
                            initial = "10s")
                    Duration connectWithin,
            @Setting(
                            value =
                                    "How long a message handler, lifecycle hook, snapshot, authenticator or HTTP route may"
                                            + " take. Then it is interrupted, and the client is sent an error"
                                            + " (`unavailable`; by HTTP 503).",
                            initial = "30s")
                    Duration handlerTimeout,
            @Setting(value = "Silence after which a client is pinged.", initial = "25s")
                    Duration pingAfter,
            @Setting(value = "How long it then has to answer.", initial = "10s")
                    Duration pongWithin,
            @Setting(
                            value = "The largest message; a larger one is answered with an error.",
                            initial = "64KB",
                            min = 1_024)
                    Size maxMessage,
            @Setting(
                            value = "The largest frame; a larger one closes the connection (1009).",
                            initial = "1MB",
                            min = 1_024)
                    Size maxFrame,
            @Setting(
                            value = "Sessions of the node; more are refused with 503.",
                            initial = "1000000",
                            min = 1)
                    int sessions,
            @Setting(
                            value =
                                    "Connections of one address that have not said who they are; more are refused with"
                                            + " 429.",
                            initial = "100",
                            min = 1)
                    int strangersPerAddress,
            @Setting(
                            value = "Whether the last limit holds for this machine too.",
                            initial = "counted")
                    HttpLimits.Loopback loopback,
            @Setting(
                            value =
                                    "A request's headers together, cookies among them; more are refused with 431.",
                            initial = "32KB",
                            min = 1_024,
                            max = 1_048_576)
                    Size maxHeaders,
            @Setting(
                            "CIDR blocks of proxies whose X-Forwarded-For, with or without ports, and"
                                    + " X-Forwarded-Proto are believed.")
                    List<String> proxies) {

        public Limits session() {
            return Limits.DEFAULT
                    .connections(connections)
                    .channels(channels)
                    .rate(new Limits.Rate(commands, burst, userCommands))
                    .outbox(outbox.bytes())
                    .badCommands(badCommands)
                    .connectWithin(connectWithin)
                    .handlerTimeout(handlerTimeout)
                    .heartbeat(new Limits.Heartbeat(pingAfter, pongWithin));
        }

        public HttpLimits node() {
            return HttpLimits.DEFAULT
                    .sessions(sessions)
                    .strangersPerAddress(strangersPerAddress)
                    .handlerTimeout(handlerTimeout)
                    .loopback(loopback)
                    .maxHeaders(maxHeaders.bytes())
                    .proxies(proxies);
        }

        public FrameLimits frames() {
            FrameLimits usual = FrameLimits.DEFAULT;
            return new FrameLimits(
                    maxMessage.bytes(),
                    Math.max(maxFrame.bytes(), maxMessage.bytes()),
                    usual.fragments(),
                    usual.messageWithin(),
                    usual.controls());
        }
    }

    /// Over these the oldest message goes, and the user is told how many did.
    public record InboxSettings(
            @Setting(value = "Messages that wait for one user; 0 keeps none.", initial = "100")
                    int messages,
            @Setting(value = "Their bytes.", initial = "512KB", min = 1_024) Size bytes,
            @Setting(value = "How long each waits.", initial = "24h") Duration age) {

        public Inbox.Bounds bounds() {
            return new Inbox.Bounds(messages, bytes.bytes(), age);
        }
    }

    public record Metrics(
            @Setting(
                            value =
                                    "`separate` serves them on their own listener, `shared` on the public one as well.",
                            initial = "off")
                    Place place,
            @Setting(value = "The address of their own listener.", initial = "127.0.0.1")
                    String host,
            @Setting(value = "Its port.", initial = "9100", max = 65_535) int port) {}

    public enum Place {
        OFF,
        SEPARATE,
        SHARED
    }

    public record Log(
            @Setting(value = "How much is logged.", initial = "info") Level level,
            @Setting(
                            "A file that security events are added to, in place of the log: refused"
                                    + " tokens and keys, denied permissions, floods, revoked sessions.")
                    String securityFile) {}

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    public record Demo(
            @Setting(
                            value =
                                    "Whether kyc and store take the id a client names as `claimed`, on this machine only,"
                                            + " or have it `verified` by a token.",
                            initial = "claimed")
                    Identity identity,
            @Setting(value = "The port of kyc.", initial = "3001", min = 1, max = 65_535)
                    int kycPort,
            @Setting(value = "The wallet's port.", initial = "3002", min = 1, max = 65_535)
                    int walletPort,
            @Setting(value = "The chat's port.", initial = "3003", min = 1, max = 65_535)
                    int chatPort,
            @Setting(value = "The port of connect.", initial = "3300", min = 1, max = 65_535)
                    int connectPort,
            @Setting(value = "The store's port.", initial = "8001", min = 1, max = 65_535)
                    int storePort,
            @Setting(
                            value = "The port of the embedded Postgres.",
                            initial = "5433",
                            min = 1,
                            max = 65_535)
                    int postgresPort,
            @Setting("A folder that keeps the data; without one it is fresh at each start.")
                    String data) {}

    public enum Identity {
        CLAIMED,
        VERIFIED
    }

    /// The channel patterns and their rules, in the file's order.
    public Map<String, ChannelRules> rules() {
        Map<String, ChannelRules> rules = new LinkedHashMap<>();
        channels.forEach((pattern, settings) -> rules.put(pattern, settings.rules()));
        return rules;
    }
}
