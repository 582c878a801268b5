// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who is connected to this node, and who listens where. Any thread, except where it says
/// otherwise.
public final class Hub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hub.class);
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final int DRAIN_SLICES = 100;
    private static final int SESSION_ID_BYTES = 16;

    private final Engine engine;
    private final Rulebook rules;
    private final Payloads payloads;
    private final Clock clock;
    private final RandomGenerator random;
    private final FailureLog failures;
    private final Meter meter = new Meter();
    private final Commands commands = new Commands(this);
    private final Users users = new Users();
    private final Inboxes inboxes;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, LiveChannel> channels = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Loop, Turn> turns = new ConcurrentHashMap<>();
    private final Set<SerialTasks> running = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CompletableFuture<Void> drained;
    private volatile boolean closed;

    /// @param rules the rules of every channel there is; an endpoint's own rulebook says which of
    ///   them exist there
    public Hub(Engine engine, Rulebook rules, Payloads payloads, Environment environment) {
        this.engine = engine;
        this.rules = rules;
        this.payloads = payloads;
        this.clock = environment.clock();
        this.random = environment.random();
        this.failures = new FailureLog(LOG, clock);
        this.inboxes = new Inboxes(this, rules.inboxes());
        engine.start(new Announcements());
        clock.after(SWEEP, this::sweep);
    }

    /// A connection is open. Called on the transport's loop.
    ///
    /// @param credentials what came with the connection; with [Endpoint.Admission#ON_OPEN] they are
    ///   judged now
    public Session open(Endpoint endpoint, Transport transport, Credentials credentials) {
        return open(endpoint, transport, credentials, newId());
    }

    /// The same, under an id of an earlier session that is closed.
    public Session open(
            Endpoint endpoint, Transport transport, Credentials credentials, String id) {
        Session session = add(endpoint, transport, id);
        if (session.open()) {
            session.open(credentials);
        }
        return session;
    }

    /// A connection is open, of somebody who was verified before. Called on the transport's loop.
    public Session open(Endpoint endpoint, Transport transport, Principal principal) {
        Session session = add(endpoint, transport, newId());
        if (session.open()) {
            session.admit(principal);
        }
        return session;
    }

    private Session add(Endpoint endpoint, Transport transport, String id) {
        Turn turn = turns.computeIfAbsent(transport.loop(), loop -> new Turn(this, loop));
        Session session = new Session(turn, endpoint, transport, id);
        turn.add(session);
        sessions.put(session.id(), session);
        if (drained != null) {
            restart(session);
        }
        return session;
    }

    void remove(Session session) {
        sessions.remove(session.id());
        CompletableFuture<Void> waits = drained;
        if (waits != null && sessions.isEmpty()) {
            waits.complete(null);
        }
    }

    public Channel channel(String name) {
        return new Channel(this, name);
    }

    public User user(String id) {
        return new User(this, id);
    }

    /// Sends to every connected session that matches.
    ///
    /// @return how many sessions it was handed to
    public int broadcast(Object value, Predicate<Session> to) {
        return deliver(
                sessions().stream().filter(to).toList(),
                new Push.Message(content(value), clock.millis()));
    }

    /// The same, under an event name.
    public int broadcast(String event, Object value, Predicate<Session> to) {
        return broadcast(content(event, value), to);
    }

    /// The connected sessions.
    public List<Session> sessions() {
        return sessions.values().stream().filter(Session::connected).toList();
    }

    /// Channels with subscribers on this node, and how many.
    public Map<String, Integer> channels() {
        Map<String, Integer> found = new TreeMap<>();
        channels.values().forEach(channel -> found.put(channel.name(), channel.holders));
        return found;
    }

    /// Channels that somebody listens to, on any node, or may come back to: [Engine#channels].
    public CompletionStage<Set<String>> known(Predicate<String> wanted) {
        return engine.channels(wanted);
    }

    public Counts counts() {
        return new Counts(
                sessions.size(),
                users.size(),
                channels.size(),
                meter.subscriptions.intValue(),
                meter.commands.sum(),
                meter.published.sum(),
                meter.delivered.sum(),
                meter.gaps.sum(),
                meter.recovered.sum(),
                meter.notRecovered.sum(),
                meter.slowClosed.sum());
    }

    /// Tells every session to come back, spread evenly over `window`, and completes when all are
    /// closed. Sessions that are opened from now on are told at once.
    public CompletionStage<Void> drain(Duration window) {
        CompletableFuture<Void> waits = new CompletableFuture<>();
        drained = waits;
        List<Session> open = List.copyOf(sessions.values());
        if (open.isEmpty()) {
            waits.complete(null);
        }
        int slices = Math.min(DRAIN_SLICES, open.size());
        for (int i = 0; i < slices; i++) {
            List<Session> next =
                    open.subList(i * open.size() / slices, (i + 1) * open.size() / slices);
            clock.after(
                    window.multipliedBy(i).dividedBy(slices), () -> next.forEach(this::restart));
        }
        return waits;
    }

    private void restart(Session session) {
        session.disconnect(Close.restart(random.nextLong(1_000, 5_000)));
    }

    @Override
    public void close() {
        closed = true;
        sessions.values().forEach(session -> session.disconnect(Close.GOING_AWAY));
        engine.close();
    }

    private void sweep() {
        if (!closed) {
            // First, so that no failure below is the end of it.
            clock.after(SWEEP, this::sweep);
            turns.forEach((loop, turn) -> loop.execute(turn::sweep));
            long now = clock.nanos();
            running.forEach(tasks -> tasks.check(now));
        }
    }

    /// What the engine announces goes to whoever listens here.
    private final class Announcements implements Engine.Listener {
        @Override
        public void published(String channel, String epoch, Publication publication) {
            LiveChannel live = channels.get(channel);
            if (live != null) {
                live.published(epoch, publication);
            }
        }

        @Override
        public void reset(String channel, Position beginning) {
            LiveChannel live = channels.get(channel);
            if (live != null) {
                live.reset(beginning);
            }
        }

        @Override
        public void joined(String channel, Member member, String session) {
            LiveChannel live = announced(channel);
            if (live != null) {
                live.joined(member, session);
            }
        }

        @Override
        public void left(String channel, Member member) {
            LiveChannel live = announced(channel);
            if (live != null) {
                live.left(member);
            }
        }

        private @Nullable LiveChannel announced(String channel) {
            LiveChannel live = channels.get(channel);
            return live != null && live.rules().members() == ChannelRules.Presence.ANNOUNCED
                    ? live
                    : null;
        }
    }

    /// The live channel, held by one more until [#release].
    LiveChannel hold(String name, ChannelRules channelRules) {
        return channels.compute(
                name,
                (_, known) -> {
                    LiveChannel live = known == null ? begin(name, channelRules) : known;
                    live.holders++;
                    return live;
                });
    }

    private LiveChannel begin(String name, ChannelRules channelRules) {
        LiveChannel live = new LiveChannel(name, channelRules, failures);
        engine.subscribe(name)
                .whenComplete((top, failure) -> {
                    if (failure == null) {
                        live.begin(top);
                    } else {
                        live.ready().completeExceptionally(failure);
                    }
                });
        return live;
    }

    void release(LiveChannel live) {
        channels.computeIfPresent(
                live.name(),
                (name, known) -> {
                    known.holders--;
                    if (known.holders > 0) {
                        return known;
                    }
                    engine.unsubscribe(name)
                            .whenComplete((_, failure) ->
                                    engineFailed("unsubscribe from " + name, failure));
                    return null;
                });
    }

    CompletionStage<Published> publish(
            String channel, Content content, @Nullable String idempotencyKey) {
        meter.published.increment();
        return engine.publish(
                new PublishRequest(channel, content, rules(channel).retention(), idempotencyKey));
    }

    /// Sends to these sessions, encoding once for each encoder and handing over once to each loop.
    int deliver(List<Session> to, Push.Message message) {
        IdentityHashMap<Encoder, byte @Nullable []> frames = new IdentityHashMap<>();
        Map<Turn, List<Session>> byTurn = new HashMap<>();
        for (Session session : to) {
            if (!session.id().equals(message.content().except())) {
                frames.computeIfAbsent(session.encoder(), encoder -> encoder.push(message));
                byTurn.computeIfAbsent(session.turn(), _ -> new ArrayList<>()).add(session);
            }
        }
        byTurn.forEach((turn, sessionsThere) ->
                turn.loop().execute(() -> sessionsThere.forEach(s -> send(s, frames))));
        return byTurn.values().stream().mapToInt(List::size).sum();
    }

    private static void send(Session session, IdentityHashMap<Encoder, byte @Nullable []> frames) {
        byte[] frame = frames.get(session.encoder());
        if (frame != null) {
            try {
                session.sendFrame(frame);
            } catch (RuntimeException | Error e) {
                session.failed(e);
            }
        }
    }

    /// The rules of a channel, for the server's own code: one that matches no pattern has the
    /// default ones.
    ChannelRules rules(String channel) {
        Rulebook.Match match = rules.match(channel);
        return match == null ? ChannelRules.DEFAULT : match.rules();
    }

    /// What the server's own code publishes, sends or answers: `value` as its payload, or a
    /// [Content] as it is. Checked here and nowhere after; what clients send is checked by their
    /// dialect instead. Any thread.
    ///
    /// @throws IllegalArgumentException when it cannot be sent, and says why
    public Content content(Object value) {
        if (!(value instanceof Content content)) {
            return Content.of(payloads.write(value));
        }
        payloads.check(content.data());
        checkEvent(content.event());
        return content;
    }

    /// The same under an event name.
    Content content(String event, Object value) {
        checkEvent(event);
        return Content.of(event, content(value).data());
    }

    private static void checkEvent(@Nullable String event) {
        if (event != null && !StandardCharsets.UTF_8.newEncoder().canEncode(event)) {
            throw new IllegalArgumentException("The name of the event has half a surrogate pair.");
        }
    }

    /// What a handler answered, or null.
    byte @Nullable [] answer(byte @Nullable [] payload) {
        if (payload != null) {
            payloads.check(payload);
        }
        return payload;
    }

    /// Why a client may not publish this payload in a channel of these rules, or null.
    @Nullable Refusal refusal(ChannelRules channelRules, byte[] payload) {
        return switch (channelRules.contents()) {
            case ANY -> null;
            case ENCRYPTED ->
                    payloads.encrypted(payload)
                            ? null
                            : Refusal.field(
                                    Refusal.Code.BAD_REQUEST,
                                    "data",
                                    "The channel takes encrypted data only: enc, kid, iv and ct.");
        };
    }

    /// How a principal is shown to others: its claim `info`.
    Member member(Principal principal) {
        Object info = principal.claims().get("info");
        return new Member(principal.user(), info == null ? new byte[0] : payloads.write(info));
    }

    /// An id that no session has had.
    public String newId() {
        byte[] bytes = new byte[SESSION_ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    FailureLog failures() {
        return failures;
    }

    Refusal unavailable() {
        return Refusal.limit(
                Refusal.Code.UNAVAILABLE,
                "engine",
                random.nextLong(500, 1_500),
                "This cannot be done now. Try again.");
    }

    /// What did not happen within [Limits#handlerTimeout].
    ///
    /// @param what did not, as the subject of a sentence
    Refusal late(String what, Duration deadline, long retryAfter) {
        return Refusal.limit(
                Refusal.Code.UNAVAILABLE,
                "handler-timeout",
                retryAfter,
                what + " did not finish within " + deadline.toMillis() + " ms.");
    }

    SerialTasks serialTasks(String session, Limits limits) {
        return new SerialTasks(session, limits, clock, Thread::startVirtualThread, running);
    }

    void engineFailed(String what, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.warn("the engine failed: {}", what, failure);
        }
    }

    @Nullable Session session(String id) {
        return sessions.get(id);
    }

    Engine engine() {
        return engine;
    }

    Commands commands() {
        return commands;
    }

    Users users() {
        return users;
    }

    Inboxes inboxes() {
        return inboxes;
    }

    Meter meter() {
        return meter;
    }

    Clock clock() {
        return clock;
    }
}
