// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Inbox;
import dev.fanfare.engine.Position;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

    /// Shortest pause of a transport that is over its rate, so that it resumes for more than one
    /// command.
    private static final long MIN_RESUME_MILLIS = 20;

    private final Hub hub;
    private final String id;
    private final Endpoint endpoint;
    private final Turn turn;
    private final Transport transport;
    private final Outbox outbox;
    private final Subscriptions subscriptions = new Subscriptions(this);
    private final Conduct conduct;
    private final Pulse pulse;

    private volatile State state = State.OPEN;
    private volatile @Nullable Principal principal;

    /// While it is not connected and may yet be.
    private @Nullable Entrance entrance;

    private volatile @Nullable Map<String, Object> data;

    /// The channels that it had when it ended.
    private volatile @Nullable List<String> left;

    private volatile @Nullable SerialTasks tasks;
    private volatile @Nullable Mailbox mailbox;

    /// Where it is in its turn's array.
    int place;

    private enum State {
        OPEN,
        CONNECTED,
        CLOSING,
        CLOSED
    }

    Session(Turn turn, Endpoint endpoint, Transport transport, String id) {
        this.hub = turn.hub();
        this.id = id;
        this.endpoint = endpoint;
        this.transport = transport;
        this.turn = turn;
        this.outbox = new Outbox(this, transport, endpoint.limits().outbox());
        long now = hub.clock().nanos();
        this.conduct = new Conduct(this, now);
        this.pulse = new Pulse(this, now);
    }

    public String id() {
        return id;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /// Encodes what this session is sent together with others.
    Encoder encoder() {
        return transport.encoder(endpoint.encoder());
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

    /// Whether it has answered the last ping that it had time to answer.
    public boolean responsive() {
        return pulse.answered(hub.clock().nanos());
    }

    /// Makes this the session of a user who has been verified since it was opened, or renews the
    /// proof of the one whose it is. Fails with [IllegalStateException] when the session is not
    /// connected.
    public CompletionStage<Identified> identify(Principal who) {
        return Entrance.identify(this, who);
    }

    /// The hub's channel of that name.
    public Channel channel(String name) {
        return hub.channel(name);
    }

    /// Names of the channels subscribed; of a session that has ended, those that it had.
    public CompletionStage<List<String>> subscriptions() {
        List<String> had = left;
        if (had != null) {
            return CompletableFuture.completedFuture(had);
        }
        CompletableFuture<List<String>> names = new CompletableFuture<>();
        onLoop(() -> {
            List<String> hadMeanwhile = left;
            names.complete(hadMeanwhile == null ? subscriptions.names() : hadMeanwhile);
        });
        return names;
    }

    /// What the application keeps with this session, for as long as it lasts. A client that comes
    /// without a WebSocket has a session for each request.
    ///
    /// @return may be changed from any thread; takes no null
    public Map<String, Object> data() {
        Map<String, Object> known = data;
        if (known == null) {
            synchronized (this) {
                known = data;
                if (known == null) {
                    known = new ConcurrentHashMap<>(4);
                    data = known;
                }
            }
        }
        return known;
    }

    /// The connection, for the dialect that opened this session.
    public Transport transport() {
        return transport;
    }

    /// Does what the client might have asked for itself, under the same rules, and answers it; no
    /// rate is taken. Nothing happens unless the session is connected.
    public void perform(Command command) {
        onLoop(() -> {
            if (state == State.CONNECTED) {
                hub.commands().execute(this, command);
            }
        });
    }

    /// Sends to this session alone.
    ///
    /// @throws IllegalArgumentException when it cannot be sent, and says why
    public void send(Object value) {
        Content content = hub.content(value);
        onLoop(() -> sendNow(content));
    }

    /// The same, under an event name.
    public void send(String event, Object value) {
        Content content = hub.content(event, value);
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
        return subscribe(channel, Filter.EVERYTHING);
    }

    /// The same, for what passes the filter. Fails also when the channel has 64 different ones in
    /// use.
    public CompletionStage<Position> subscribe(String channel, Filter filter) {
        return new Enrolment(this, channel, new Start.Now(), filter).begin();
    }

    /// The same, and `snapshot` is sent before the first publication.
    public CompletionStage<Position> subscribe(String channel, Snapshot snapshot) {
        return new Enrolment(this, channel, new Start.With(snapshot), Filter.EVERYTHING).begin();
    }

    /// Subscribes again behind `since`, as the session was before its client came back; nothing but
    /// publications is sent. Completes with whether everything after `since` follows. Fails with
    /// [IllegalStateException] when the rules do not let this session listen, it is subscribed
    /// already, or the engine cannot.
    public CompletionStage<Reply.Recovered> resume(String channel, Position since, Filter filter) {
        return new Enrolment(this, channel, new Start.After(since), filter).resume();
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

    /// From now on this session takes what is sent to its user; first it is sent [Push.Inbox] and
    /// what had waited. Asking again does the same again.
    ///
    /// @return what had waited; fails with [IllegalStateException] when the session is not
    ///   connected or has no user, and with the engine's failure when it could not be asked: the
    ///   session then takes what is sent from now on, and what waits still does
    public CompletionStage<Inbox> openInbox() {
        CompletableFuture<Inbox> opened = new CompletableFuture<>();
        onLoop(() -> {
            if (state == State.CONNECTED && principal != null) {
                mailbox().open(opened);
            } else {
                opened.completeExceptionally(
                        new IllegalStateException("no inbox: session=" + id + ", state=" + state));
            }
        });
        return opened;
    }

    /// This session takes no user messages any more: they wait when no other does.
    public void closeInbox() {
        onLoop(() -> {
            if (state == State.CONNECTED && principal != null) {
                mailbox().close();
            }
        });
    }

    public void disconnect(Close close) {
        onLoop(() -> {
            if (open()) {
                push(new Push.Disconnect(close));
                leave(State.CLOSING, close);
                transport.close(close);
            }
        });
    }

    // ---- transport

    /// Something came from the peer: any bytes, a pong included.
    public void heard() {
        pulse.heard();
    }

    public void receive(Command command) {
        heard();
        turn.meter().commands.increment();
        Entrance outside = entrance;
        if (state == State.CONNECTED) {
            conduct.obey(command);
        } else if (state == State.OPEN && outside != null) {
            outside.receive(command);
        }
    }

    /// The same for a transport that can stop reading: a command that there is no room for now, or
    /// that is over the rate, is not refused. Then nothing has happened, and [Transport#resume]
    /// says when to offer it again.
    ///
    /// @return whether it was taken
    public boolean offer(Command command) {
        if (state != State.CONNECTED) {
            receive(command);
            return true;
        }
        SerialTasks busy = tasks;
        if (busy != null && !busy.hasRoom(this::resume)) {
            return false;
        }
        long wait = conduct.offer(command);
        if (wait > 0) {
            hub.clock().after(Duration.ofMillis(Math.max(wait, MIN_RESUME_MILLIS)), this::resume);
            return false;
        }
        heard();
        turn.meter().commands.increment();
        return true;
    }

    private void resume() {
        turn.loop().execute(transport::resume);
    }

    /// The transport's [Transport#writable] has turned true.
    public void writable() {
        outbox.writable();
        handOver();
    }

    private void handOver() {
        Mailbox box = mailbox;
        if (box != null) {
            box.handOver();
        }
    }

    /// The channels subscribed and what passes their filters. On the loop.
    public Map<String, Filter> listensTo() {
        return subscriptions.filters();
    }

    /// The connection is gone.
    public void closed(Close close) {
        if (state != State.CLOSED) {
            leave(State.CLOSED, close);
            turn.remove(this);
            hub.remove(this);
        }
    }

    // ---- connecting, on the loop

    void open(Credentials came) {
        entrance = new Entrance(this, came);
        entrance.open();
    }

    /// Lets in somebody who was verified.
    void admit(Principal who) {
        new Entrance(this, Credentials.NONE).admit(who);
    }

    /// Takes the user's place, if there is one.
    Users.Admission enter(@Nullable Principal who) {
        if (who != null && hub.users().add(who.user(), this) == Users.Admission.FULL) {
            return Users.Admission.FULL;
        }
        principal = who;
        entrance = null;
        state = State.CONNECTED;
        return Users.Admission.ADMITTED;
    }

    void begin() {
        new LifecycleHooks(this).opened();
    }

    /// It is not connected, and should be.
    void overdue() {
        Entrance outside = entrance;
        if (outside == null) {
            disconnect(Close.NO_CONNECT);
        } else {
            outside.overdue();
        }
    }

    /// Who came is not let in.
    void reject(Authenticator.Outcome.Rejected why) {
        new LifecycleHooks(this).rejected(why);
        disconnect(why.close());
    }

    /// The proof of who it is, is another.
    void renew(Principal who) {
        principal = who;
        pulse.renewed();
        subscriptions.review();
    }

    // ---- limits and time, on the loop

    Conduct conduct() {
        return conduct;
    }

    /// About once a second.
    void tick(long now, long millis) {
        switch (state) {
            case OPEN -> pulse.connecting(now);
            case CONNECTED -> {
                pulse.connected(now, millis, outbox.look(now));
                if (outbox.stalled()) {
                    tooSlow();
                }
                handOver();
            }
            case CLOSING, CLOSED -> {}
        }
    }

    /// Asks the client for a sign of life.
    void ping() {
        outbox.watch();
        byte[] frame = endpoint.encoder().push(new Push.Ping());
        if (frame == null) {
            transport.ping();
            outbox.wrote();
        } else {
            fits(outbox.send(frame));
        }
    }

    /// Everything that others hold of this session is given back. Doing it again does nothing but
    /// note the state.
    private void leave(State next, Close close) {
        boolean wasConnected = state == State.CONNECTED;
        boolean wasIn = open();
        state = next;
        if (!wasIn) {
            return;
        }
        transport.leaves();
        entrance = null;
        left = subscriptions.names();
        subscriptions.endAll();
        outbox.close();
        handOver();
        Principal who = principal;
        if (who != null) {
            hub.users().remove(who.user(), this);
        }
        if (wasConnected) {
            new LifecycleHooks(this).closed(close);
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

    /// Sends a frame that was encoded by [#encoder]; behind what waited for its user, if that has
    /// been asked for.
    void sendFrame(byte[] frame) {
        Mailbox box = mailbox;
        if (state == State.CONNECTED && (box == null || !box.holds(frame))) {
            sendOwn(frame);
        }
    }

    void sendOwn(byte[] frame) {
        if (state == State.CONNECTED) {
            fits(outbox.send(frame));
        }
    }

    /// Whether what is sent to its user is for this session. Any thread.
    boolean takesMessages() {
        Mailbox box = mailbox;
        return connected()
                && (box == null
                        ? endpoint.messages() == Endpoint.UserMessages.AT_ONCE
                        : box.taking());
    }

    /// Whether it has asked for its user's inbox. Any thread.
    boolean inboxOpen() {
        Mailbox box = mailbox;
        return connected() && box != null && box.taking();
    }

    /// On the loop, of a connected session with a user.
    CompletionStage<Inbox> openInbox(Consumer<Inbox> announce) {
        return mailbox().open(announce);
    }

    private Mailbox mailbox() {
        Mailbox box = mailbox;
        if (box == null) {
            box = new Mailbox(this, user());
            mailbox = box;
        }
        return box;
    }

    private void fits(boolean fits) {
        if (!fits) {
            tooSlow();
        }
    }

    /// What it is owed grows faster than the client reads.
    void tooSlow() {
        if (open()) {
            LOG.info("a session is closed as too slow: session={}, {}", id, outbox.numbers());
            turn.meter().slowClosed.increment();
            outbox.send(endpoint.encoder().push(new Push.Disconnect(Close.TOO_SLOW)));
            leave(State.CLOSING, Close.TOO_SLOW);
            transport.close(Close.TOO_SLOW);
        }
    }

    /// What failed concerns this session alone, as a rule because there is no memory to write to
    /// it. Its connection is cut, and the client comes back to what it has missed.
    void failed(Throwable cause) {
        hub.failures().warn("a session failed and is cut", cause);
        outbox.cut();
        if (open()) {
            leave(State.CLOSING, Close.LOST);
        }
        transport.close(Close.LOST);
    }

    // ---- for the core

    /// Runs on the loop: at once when this is the loop.
    void onLoop(Runnable task) {
        if (turn.loop().inLoop()) {
            attempt(task);
        } else {
            turn.loop().execute(() -> attempt(task));
        }
    }

    private void attempt(Runnable task) {
        try {
            task.run();
        } catch (VirtualMachineError e) {
            failed(e);
        }
    }

    /// Whether it is not about to close.
    boolean open() {
        return state.compareTo(State.CLOSING) < 0;
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
                    known = hub.serialTasks(id, endpoint.limits());
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
