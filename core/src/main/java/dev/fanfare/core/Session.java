// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection's state: who it is, what it subscribes to, what it may take.
///
/// The methods under *transport* are called on the session's loop, which owns everything here; all
/// others from any thread.
public final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final Logger SECURITY = LoggerFactory.getLogger("fanfare.security");

    /// Commands that may come while the credentials are being judged.
    private static final int MOST_WAITING = 64;

    /// How long before its end a token is said to expire, and how long after it the session lives
    /// on.
    private static final long EXPIRING_MILLIS = 30_000;

    private static final long EXPIRED_MILLIS = 10_000;
    private static final long SECOND = 1_000_000_000;

    private final Hub hub;
    private final String id;
    private final Endpoint endpoint;
    private final Turn turn;
    private final Transport transport;
    private final Outbox outbox;
    private final Subscriptions subscriptions = new Subscriptions(this);
    private final TokenBucket bucket;
    private final long openedAt;

    private volatile State state = State.OPEN;
    private volatile @Nullable Principal principal;
    private @Nullable Credentials credentials;
    private @Nullable ArrayDeque<Command> waiting;
    private volatile @Nullable SerialTasks tasks;
    private long heardAt;
    private long pingedAt;
    private long refusedAt;
    private long floodSince;
    private int badCommands;
    private Expiry expiry = Expiry.FAR;

    /// Where it is in its turn's array.
    int place;

    private enum State {
        OPEN,
        AUTHENTICATING,
        CONNECTED,
        CLOSING,
        CLOSED
    }

    private enum Expiry {
        FAR,
        TOLD
    }

    Session(Hub hub, Endpoint endpoint, Transport transport, Turn turn) {
        this.hub = hub;
        this.id = hub.newId();
        this.endpoint = endpoint;
        this.transport = transport;
        this.turn = turn;
        this.outbox = new Outbox(transport, turn, endpoint.limits().outbox());
        this.openedAt = hub.clock().nanos();
        this.bucket = new TokenBucket(endpoint.limits().rate().burst(), openedAt);
        this.heardAt = openedAt;
    }

    public String id() {
        return id;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /// Who it is; null for an anonymous session, and until it is connected.
    public @Nullable Principal principal() {
        return principal;
    }

    /// The user's id.
    ///
    /// @throws IllegalStateException when the session has no user
    public String user() {
        Principal who = principal;
        if (who == null) {
            throw new IllegalStateException("session " + id + " has no user");
        }
        return who.user();
    }

    /// Whether it is connected: admitted, and not about to close.
    public boolean connected() {
        return state == State.CONNECTED;
    }

    /// The hub's channel of that name.
    public Channel channel(String name) {
        return hub.channel(name);
    }

    /// Names of the channels subscribed.
    public CompletionStage<List<String>> subscriptions() {
        CompletableFuture<List<String>> names = new CompletableFuture<>();
        onLoop(() -> names.complete(subscriptions.names()));
        return names;
    }

    /// Sends to this session alone.
    public void send(Object value) {
        Content content = hub.content(value);
        onLoop(() -> sendNow(content));
    }

    /// Tells the client what could not be done.
    public void refuse(Refusal refusal) {
        onLoop(() -> push(new Push.Failed(refusal)));
    }

    /// Subscribes this session, whatever the rules say; the client is sent [Push.Subscribed].
    /// Completes when the subscription is live. Fails with [IllegalStateException] when it is
    /// subscribed already, the session is not connected, or the engine cannot.
    public CompletionStage<Position> subscribe(String channel) {
        return subscribe(channel, new Start.Now());
    }

    /// The same, and `snapshot` is sent before the first publication.
    public CompletionStage<Position> subscribe(String channel, Snapshot snapshot) {
        return subscribe(channel, new Start.With(snapshot));
    }

    private CompletionStage<Position> subscribe(String channel, Start start) {
        CompletableFuture<Position> live = new CompletableFuture<>();
        onLoop(() -> {
            if (state != State.CONNECTED || subscriptions.find(channel) != null) {
                live.completeExceptionally(
                        new IllegalStateException(
                                "cannot subscribe: session=" + id + ", state=" + state));
                return;
            }
            subscriptions.begin(channel, hub.rules(channel), start, begun(channel, live));
        });
        return live;
    }

    private Recovery.Begun begun(String channel, CompletableFuture<Position> live) {
        return new Recovery.Begun() {
            @Override
            public void begun(Position position, Reply.Recovered recovered) {
                push(new Push.Subscribed(channel, position));
                live.complete(position);
            }

            @Override
            public void failed(Refusal refusal) {
                live.completeExceptionally(new IllegalStateException(refusal.message()));
            }
        };
    }

    /// Ends a subscription; the client is sent [Push.Unsubscribed].
    public void unsubscribe(String channel, Refusal reason) {
        onLoop(() -> {
            Subscription subscription = subscriptions.find(channel);
            if (subscription != null) {
                subscriptions.end(subscription);
                push(new Push.Unsubscribed(channel, reason));
            }
        });
    }

    public void disconnect(Close close) {
        onLoop(() -> {
            if (state.compareTo(State.CLOSING) < 0) {
                push(new Push.Disconnect(close));
                leave(State.CLOSING, close);
                transport.close(close);
            }
        });
    }

    // ---- transport

    /// Something came from the peer: any bytes, a pong included.
    public void heard() {
        heardAt = turn.now();
        pingedAt = 0;
    }

    public void receive(Command command) {
        heard();
        turn.meter().commands.increment();
        switch (state) {
            case CONNECTED -> {
                if (withinRate(command)) {
                    hub.commands().execute(this, command);
                }
            }
            case OPEN -> first(command);
            case AUTHENTICATING -> later(command);
            case CLOSING, CLOSED -> {}
        }
    }

    /// The transport's [Transport#writable] has turned true.
    public void writable() {
        outbox.writable();
    }

    /// The connection is gone.
    public void closed(Close close) {
        if (state != State.CLOSED) {
            leave(State.CLOSED, close);
            turn.remove(this);
            hub.remove(this);
        }
    }

    // ---- connecting

    void open(Credentials came) {
        credentials = came;
        if (endpoint.admission() == Endpoint.Admission.ON_OPEN) {
            authenticate(came, this::judged);
        }
    }

    private void first(Command command) {
        switch (command) {
            case Command.Connect connect when connect.version() != Commands.VERSION -> {
                refuse(
                        connect.id(),
                        Refusal.field(
                                Refusal.Code.UNSUPPORTED_VERSION,
                                "version",
                                "This server speaks version " + Commands.VERSION + "."));
                disconnect(Close.UNSUPPORTED_VERSION);
            }
            case Command.Connect connect ->
                    authenticate(
                            presented().token(connect.token()),
                            outcome -> connected(connect, outcome));
            case Command.Malformed malformed -> {
                refuse(malformed.id(), malformed.refusal());
                disconnect(Close.BAD_COMMANDS);
            }
            default -> {
                refuse(
                        command.id(),
                        Refusal.of(
                                Refusal.Code.NOT_CONNECTED, "The first command must be connect."));
                disconnect(Close.BAD_COMMANDS);
            }
        }
    }

    private Credentials presented() {
        return credentials == null ? Credentials.NONE : credentials;
    }

    private void later(Command command) {
        if (waiting == null) {
            waiting = new ArrayDeque<>();
        }
        if (waiting.size() < MOST_WAITING) {
            waiting.add(command);
        } else {
            refuse(
                    command.id(),
                    Refusal.limit(
                            Refusal.Code.TOO_MANY_REQUESTS,
                            "commands-while-connecting",
                            1_000,
                            "At most " + MOST_WAITING + " commands wait for connect."));
        }
    }

    private void authenticate(Credentials shown, Consumer<Authenticator.Outcome> then) {
        if (state == State.OPEN) {
            state = State.AUTHENTICATING;
        }
        tasks().add(() -> {
            Authenticator.Outcome outcome = judge(shown);
            onLoop(() -> then.accept(outcome));
        });
    }

    private Authenticator.Outcome judge(Credentials shown) {
        try {
            return endpoint.authenticator().authenticate(shown);
        } catch (RuntimeException e) {
            LOG.warn("the authenticator of {} failed", endpoint.name(), e);
            return new Authenticator.Outcome.Rejected(
                    hub.unavailable(), Close.TRY_LATER, "the authenticator failed");
        }
    }

    private void connected(Command.Connect connect, Authenticator.Outcome outcome) {
        if (state != State.AUTHENTICATING) {
            return;
        }
        switch (outcome) {
            case Authenticator.Outcome.Rejected rejected -> {
                logRejected(rejected);
                refuse(connect.id(), rejected.refusal());
                disconnect(rejected.close());
            }
            case Authenticator.Outcome.Accepted(Principal who) -> {
                if (enter(who) == Users.Admission.FULL) {
                    refuse(connect.id(), tooMany());
                    disconnect(endpoint.full());
                    return;
                }
                reply(
                        connect.id(),
                        new Reply.Connected(
                                id,
                                who == null ? null : who.user(),
                                who == null ? 0 : who.expiresAt(),
                                endpoint.limits().heartbeat().pingAfter().toMillis()));
                begin();
            }
        }
    }

    private void judged(Authenticator.Outcome outcome) {
        if (state != State.AUTHENTICATING) {
            return;
        }
        switch (outcome) {
            case Authenticator.Outcome.Rejected rejected -> {
                logRejected(rejected);
                disconnect(rejected.close());
            }
            case Authenticator.Outcome.Accepted(Principal who) -> admit(who);
        }
    }

    private void logRejected(Authenticator.Outcome.Rejected rejected) {
        SECURITY.info(
                "rejected at {}: {}, session={}, remote={}",
                endpoint.name(),
                rejected.reason(),
                id,
                presented().remote());
    }

    /// Lets in somebody who was verified.
    void admit(@Nullable Principal who) {
        if (enter(who) == Users.Admission.FULL) {
            disconnect(endpoint.full());
        } else {
            begin();
        }
    }

    private Users.Admission enter(@Nullable Principal who) {
        if (who != null && hub.users().add(who.user(), this) == Users.Admission.FULL) {
            SECURITY.info("too many connections at {}, user={}", endpoint.name(), who.user());
            return Users.Admission.FULL;
        }
        principal = who;
        credentials = null;
        state = State.CONNECTED;
        return Users.Admission.ADMITTED;
    }

    private Refusal tooMany() {
        int most = endpoint.limits().connections();
        return Refusal.limit(
                Refusal.Code.LIMIT_EXCEEDED,
                "connections",
                -1,
                "A user has at most " + most + " connections here. Close another first.");
    }

    private void begin() {
        if (!endpoint.lifecycle().equals(Endpoint.Lifecycle.NONE)) {
            tasks().add(() -> told(() -> endpoint.lifecycle().opened(this)));
        }
        ArrayDeque<Command> early = waiting;
        waiting = null;
        if (early != null) {
            early.forEach(this::receive);
        }
    }

    private interface Hook {
        void run() throws Exception;
    }

    private void told(Hook hook) {
        try {
            hook.run();
        } catch (Exception e) {
            LOG.error("a lifecycle hook of {} failed, session={}", endpoint.name(), id, e);
        }
    }

    void refresh(Command.Refresh command) {
        Credentials shown = Credentials.NONE.token(command.token());
        authenticate(shown, outcome -> refreshed(command, outcome));
    }

    private void refreshed(Command.Refresh command, Authenticator.Outcome outcome) {
        if (state != State.CONNECTED) {
            return;
        }
        Principal was = principal;
        switch (outcome) {
            case Authenticator.Outcome.Rejected rejected -> {
                logRejected(rejected);
                refuse(command.id(), rejected.refusal());
            }
            case Authenticator.Outcome.Accepted(Principal who)
                    when was == null || who == null || !was.user().equals(who.user()) ->
                    refuse(
                            command.id(),
                            Refusal.field(
                                    Refusal.Code.INVALID_TOKEN,
                                    "token",
                                    "A refresh is for the same user. Connect anew for another."));
            case Authenticator.Outcome.Accepted(Principal who) -> {
                principal = who;
                expiry = Expiry.FAR;
                subscriptions.review();
                reply(command.id(), new Reply.Refreshed(who.expiresAt()));
            }
        }
    }

    // ---- limits and time

    private boolean withinRate(Command command) {
        Limits.Rate rate = endpoint.limits().rate();
        long now = hub.clock().nanos();
        long wait = bucket.take(rate.commands(), rate.burst(), now);
        String limit = "commands";
        Principal who = principal;
        if (wait == 0 && who != null) {
            wait = hub.users().take(who.user(), rate, now);
            limit = "user-commands";
        }
        if (wait == 0) {
            return true;
        }
        refuse(
                command.id(),
                Refusal.limit(
                        Refusal.Code.TOO_MANY_REQUESTS,
                        limit,
                        wait,
                        "Too many commands: at most "
                                + (limit.equals("commands") ? rate.commands() : rate.userCommands())
                                + " a second."));
        if (refusedAt == 0 || now - refusedAt > SECOND) {
            floodSince = now;
        }
        refusedAt = now;
        if (now - floodSince > 10 * SECOND) {
            disconnect(Close.FLOOD);
        }
        return false;
    }

    void malformed(Command.Malformed malformed) {
        refuse(malformed.id(), malformed.refusal());
        badCommands++;
        if (badCommands >= endpoint.limits().badCommands()) {
            disconnect(Close.BAD_COMMANDS);
        }
    }

    /// About once a second.
    void tick(long now, long millis) {
        Limits limits = endpoint.limits();
        Principal who = principal;
        switch (state) {
            case OPEN, AUTHENTICATING -> {
                if (now - openedAt > limits.connectWithin().toNanos()) {
                    disconnect(Close.NO_CONNECT);
                }
            }
            case CONNECTED -> {
                if (who != null && who.expiresAt() > 0) {
                    expire(who.expiresAt(), millis);
                }
                beat(limits.heartbeat(), now);
            }
            case CLOSING, CLOSED -> {}
        }
    }

    private void expire(long expiresAt, long millis) {
        if (millis >= expiresAt + EXPIRED_MILLIS) {
            disconnect(Close.TOKEN_EXPIRED);
        } else if (millis >= expiresAt - EXPIRING_MILLIS && expiry == Expiry.FAR) {
            expiry = Expiry.TOLD;
            push(new Push.Expiring(expiresAt));
        }
    }

    /// A client that was silent is asked; so is one that was sent nothing, for it takes our silence
    /// as our death.
    private void beat(Limits.Heartbeat heartbeat, long now) {
        long silent = now - Math.min(heardAt, outbox.wroteAt());
        if (pingedAt != 0) {
            if (now - pingedAt > heartbeat.pongWithin().toNanos()) {
                disconnect(Close.NO_PONG);
            }
        } else if (silent >= heartbeat.pingAfter().toNanos()) {
            pingedAt = Math.max(1, now);
            byte[] frame = endpoint.encoder().push(new Push.Ping());
            if (frame == null) {
                transport.ping();
                outbox.wrote();
            } else {
                fits(outbox.send(frame));
            }
        }
    }

    /// Everything that others hold of this session is given back. Doing it again does nothing but
    /// note the state.
    private void leave(State next, Close close) {
        boolean wasConnected = state == State.CONNECTED;
        boolean wasIn = state.compareTo(State.CLOSING) < 0;
        state = next;
        if (!wasIn) {
            return;
        }
        waiting = null;
        subscriptions.endAll();
        outbox.close();
        Principal who = principal;
        if (who != null) {
            hub.users().remove(who.user(), this);
        }
        if (wasConnected && !endpoint.lifecycle().equals(Endpoint.Lifecycle.NONE)) {
            tasks().add(() -> told(() -> endpoint.lifecycle().closed(this, close)));
        }
    }

    // ---- sending, on the loop

    void refuse(long command, Refusal refusal) {
        reply(command, new Reply.Refused(refusal));
    }

    void reply(long command, Reply reply) {
        if (command != 0 || reply instanceof Reply.Refused) {
            fits(outbox.send(endpoint.encoder().reply(command, reply)));
        }
    }

    /// The same, from any thread.
    void replyFrom(long command, Reply reply) {
        onLoop(() -> reply(command, reply));
    }

    void push(Push push) {
        fits(outbox.send(endpoint.encoder().push(push)));
    }

    void sendNow(Content content) {
        push(new Push.Message(content, hub.clock().millis()));
    }

    /// Sends a frame that was encoded for this session's encoder.
    void sendFrame(byte[] frame) {
        if (state == State.CONNECTED) {
            fits(outbox.send(frame));
        }
    }

    private void fits(boolean fits) {
        if (!fits && state.compareTo(State.CLOSING) < 0) {
            turn.meter().slowClosed.increment();
            leave(State.CLOSING, Close.TOO_SLOW);
            transport.close(Close.TOO_SLOW);
        }
    }

    // ---- for the core

    /// Runs on the loop: at once when this is the loop.
    void onLoop(Runnable task) {
        if (turn.loop().inLoop()) {
            task.run();
        } else {
            turn.loop().execute(task);
        }
    }

    @Nullable Subscription subscriptionIn(Leg leg) {
        return leg.turn() == turn ? subscriptions.in(leg) : null;
    }

    Subscriptions subscribed() {
        return subscriptions;
    }

    SerialTasks tasks() {
        SerialTasks known = tasks;
        if (known == null) {
            synchronized (this) {
                known = tasks;
                if (known == null) {
                    known = new SerialTasks();
                    tasks = known;
                }
            }
        }
        return known;
    }

    Hub hub() {
        return hub;
    }

    Turn turn() {
        return turn;
    }

    Outbox outbox() {
        return outbox;
    }
}
