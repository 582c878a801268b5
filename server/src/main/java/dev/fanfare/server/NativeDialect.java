// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Filter;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Publication;
import dev.fanfare.protocol.BadFrame;
import dev.fanfare.protocol.ClientFrame;
import dev.fanfare.protocol.Codec;
import dev.fanfare.protocol.Condition;
import dev.fanfare.protocol.Entry;
import dev.fanfare.protocol.Framing;
import dev.fanfare.protocol.Member;
import dev.fanfare.protocol.Position;
import dev.fanfare.protocol.Problem;
import dev.fanfare.protocol.RawJson;
import dev.fanfare.protocol.ServerFrame;
import dev.fanfare.protocol.ServerFrame.Subscribed.Recovered;
import org.jspecify.annotations.Nullable;

/// Fanfare's own wire: between the hub's commands, replies and pushes and the frames of
/// `protocol/SPEC.md`. Stateless.
public final class NativeDialect implements Dialect {
    private final Codec codec;
    private final Framing framing;

    /// Takes commands of up to [Codec#MAX_MESSAGE] bytes.
    public NativeDialect() {
        this(Codec.MAX_MESSAGE);
    }

    /// @param maxMessage bytes of the largest command
    public NativeDialect(int maxMessage) {
        this(new Codec(maxMessage), TextFrame.FRAMING);
    }

    private NativeDialect(Codec codec, Framing framing) {
        this.codec = codec;
        this.framing = framing;
    }

    /// The same, with its frames in another framing than a WebSocket's.
    NativeDialect framed(Framing other) {
        return new NativeDialect(codec, other);
    }

    @Override
    public Heartbeat heartbeat() {
        return Heartbeat.DIALECT;
    }

    @Override
    public Command decode(byte[] text) {
        try {
            return command(codec.decodeClient(text));
        } catch (BadFrame bad) {
            return new Command.Malformed(bad.id(), refusal(bad));
        }
    }

    private static Command command(ClientFrame frame) {
        return switch (frame) {
            case ClientFrame.Publish(var id, var channel, var event, var key, var data) ->
                    new Command.Publish(id, channel, event, data.utf8(), key);
            case ClientFrame.Send(var id, var handler, var data) ->
                    new Command.Send(id, handler, data.utf8());
            case ClientFrame.Pong() -> new Command.Pong();
            case ClientFrame.Ping(var id) -> new Command.Ping(id);
            case ClientFrame.Subscribe(var id, var channel, var since, var filter) ->
                    new Command.Subscribe(id, channel, position(since), filter(filter));
            case ClientFrame.Unsubscribe(var id, var channel) ->
                    new Command.Unsubscribe(id, channel);
            case ClientFrame.Presence(var id, var channel, var after) ->
                    new Command.Presence(id, channel, after);
            case ClientFrame.History(
                            var id,
                            var channel,
                            var since,
                            var before,
                            var limit,
                            var order) ->
                    new Command.History(
                            id,
                            channel,
                            new HistoryQuery(
                                    position(since),
                                    position(before),
                                    limit,
                                    switch (order) {
                                        case OLDEST -> HistoryQuery.Order.OLDEST_FIRST;
                                        case NEWEST -> HistoryQuery.Order.NEWEST_FIRST;
                                    }));
            case ClientFrame.Inbox(var id) -> new Command.Inbox(id);
            case ClientFrame.Connect(var id, var version, var token) ->
                    new Command.Connect(id, version, token);
            case ClientFrame.Refresh(var id, var token) -> new Command.Refresh(id, token);
        };
    }

    private static Filter filter(@Nullable Condition condition) {
        return condition == null ? Filter.EVERYTHING : new PayloadFilter(condition);
    }

    private static Refusal refusal(BadFrame bad) {
        Refusal.Code code =
                switch (bad.code()) {
                    case BAD_REQUEST -> Refusal.Code.BAD_REQUEST;
                    case MESSAGE_TOO_LARGE -> Refusal.Code.MESSAGE_TOO_LARGE;
                    case UNKNOWN_COMMAND -> Refusal.Code.UNKNOWN_COMMAND;
                };
        return new Refusal(code, bad.message(), bad.field(), bad.limit(), -1);
    }

    @Override
    public byte[] push(Push push) {
        return Codec.encode(frame(push), framing);
    }

    private static ServerFrame frame(Push push) {
        return switch (push) {
            case Push.Delivery(var channel, var publication, var prev) ->
                    new ServerFrame.Publication(channel, prev, entry(publication));
            case Push.Joined(var channel, var member) ->
                    new ServerFrame.Joined(channel, member(member));
            case Push.Left(var channel, var member) ->
                    new ServerFrame.Left(channel, member(member));
            case Push.Message(var content, var time) ->
                    new ServerFrame.Message(content.event(), time, new RawJson(content.data()));
            case Push.Inbox(var messages, var lost) ->
                    new ServerFrame.InboxByServer(messages, lost);
            case Push.Gap(var channel, var from, var to) ->
                    new ServerFrame.Gap(channel, from, position(to));
            case Push.Subscribed(var channel, var position) ->
                    new ServerFrame.SubscribedByServer(channel, position(position));
            case Push.Unsubscribed(var channel, var reason) ->
                    new ServerFrame.UnsubscribedByServer(
                            channel, reason.code().wire(), reason.message());
            case Push.Expiring(var expiresAt) -> new ServerFrame.Expiring(expiresAt);
            case Push.Ping() -> new ServerFrame.Ping();
            case Push.Disconnect(Close close) ->
                    new ServerFrame.Disconnect(
                            close.code(), close.reason(), close.reconnect(), close.retryAfter());
            case Push.Failed(var refusal) -> new ServerFrame.Failed(problem(refusal));
        };
    }

    /// Null for a reply that nobody waits for; an error is sent even so.
    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        ServerFrame frame = id == 0 ? unasked(reply) : frame(id, reply);
        return frame == null ? null : Codec.encode(frame, framing);
    }

    private static @Nullable ServerFrame unasked(Reply reply) {
        return reply instanceof Reply.Refused(var refusal)
                ? new ServerFrame.Failed(problem(refusal))
                : null;
    }

    private static ServerFrame frame(long id, Reply reply) {
        return switch (reply) {
            case Reply.Published(var position) -> new ServerFrame.Published(id, position(position));
            case Reply.Answer(var data) ->
                    new ServerFrame.Answer(id, data == null ? null : new RawJson(data));
            case Reply.Pong() -> new ServerFrame.Pong(id);
            case Reply.Refused(var refusal) -> new ServerFrame.Refused(id, problem(refusal));
            case Reply.Subscribed(var channel, var position, var recovered) ->
                    new ServerFrame.Subscribed(
                            id,
                            channel,
                            position(position),
                            switch (recovered) {
                                case NOT_ASKED -> Recovered.NOT_ASKED;
                                case YES -> Recovered.YES;
                                case NO -> Recovered.NO;
                            });
            case Reply.Unsubscribed(var channel) -> new ServerFrame.Unsubscribed(id, channel);
            case Reply.Presence(var channel, var members, var after) ->
                    new ServerFrame.Presence(
                            id,
                            channel,
                            members.stream().map(NativeDialect::member).toList(),
                            after);
            case Reply.History(var channel, var publications, var next) ->
                    new ServerFrame.History(
                            id,
                            channel,
                            publications.stream().map(NativeDialect::entry).toList(),
                            next == null ? null : position(next));
            case Reply.Inbox(var messages, var lost) -> new ServerFrame.Inbox(id, messages, lost);
            case Reply.Connected(var session, var user, var expiresAt, var pingInterval) ->
                    new ServerFrame.Connected(
                            id, Codec.VERSION, session, user, expiresAt, pingInterval);
            case Reply.Refreshed(var expiresAt) -> new ServerFrame.Refreshed(id, expiresAt);
        };
    }

    private static Entry entry(Publication publication) {
        return new Entry(
                publication.offset(),
                publication.tag(),
                publication.time(),
                publication.content().event(),
                publication.content().publisher(),
                new RawJson(publication.content().data()));
    }

    private static Member member(dev.fanfare.engine.Member member) {
        return new Member(
                member.user(), member.info().length == 0 ? null : new RawJson(member.info()));
    }

    private static Problem problem(Refusal refusal) {
        return new Problem(
                refusal.code().wire(),
                refusal.message(),
                refusal.field(),
                refusal.limit(),
                refusal.retryAfter());
    }

    private static Position position(dev.fanfare.engine.Position position) {
        return new Position(position.epoch(), position.offset(), position.tag());
    }

    private static dev.fanfare.engine.@Nullable Position position(@Nullable Position position) {
        return position == null
                ? null
                : new dev.fanfare.engine.Position(
                        position.epoch(), position.offset(), position.tag());
    }
}
