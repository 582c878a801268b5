// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A dialect of one line a frame, words apart by spaces.
final class LineEncoder implements Encoder {
    @Override
    public byte @Nullable [] push(Push push) {
        return line(
                switch (push) {
                    case Push.Delivery d ->
                            "publication "
                                    + d.channel()
                                    + " "
                                    + d.publication().offset()
                                    + " "
                                    + d.publication().tag()
                                    + " "
                                    + d.prev()
                                    + " "
                                    + text(d.publication());
                    case Push.Joined j -> "join " + j.channel() + " " + j.member().user();
                    case Push.Left l -> "leave " + l.channel() + " " + l.member().user();
                    case Push.Message m ->
                            "message " + new String(m.content().data(), StandardCharsets.UTF_8);
                    case Push.Inbox i -> "inbox " + i.messages() + " " + i.lost();
                    case Push.Gap g -> "gap " + g.channel() + " " + g.from() + " " + words(g.to());
                    case Push.Subscribed s ->
                            "subscribed " + s.channel() + " " + words(s.position());
                    case Push.Unsubscribed u ->
                            "unsubscribed " + u.channel() + " " + u.reason().code().wire();
                    case Push.Expiring e -> "expiring " + e.expiresAt();
                    case Push.Ping _ -> "ping";
                    case Push.Disconnect d -> "disconnect " + d.close().code();
                    case Push.Failed f -> "failed " + f.refusal().code().wire();
                });
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        String words =
                switch (reply) {
                    case Reply.Connected c -> "connected " + c.user();
                    case Reply.Refreshed r -> "refreshed " + r.expiresAt();
                    case Reply.Subscribed s ->
                            "subscribed "
                                    + s.channel()
                                    + " "
                                    + words(s.position())
                                    + " "
                                    + s.recovered();
                    case Reply.Unsubscribed u -> "unsubscribed " + u.channel();
                    case Reply.Published p -> "published " + words(p.position());
                    case Reply.Answer a -> {
                        byte[] data = a.data();
                        yield "answer "
                                + (data == null ? "" : new String(data, StandardCharsets.UTF_8));
                    }
                    case Reply.Presence p ->
                            "presence "
                                    + String.join(
                                            ",", p.members().stream().map(m -> m.user()).toList())
                                    + (p.after() == null ? "" : " after " + p.after());
                    case Reply.History h ->
                            "history "
                                    + String.join(
                                            ",", h.publications().stream().map(this::text).toList())
                                    + (h.next() == null ? "" : " next " + h.next().offset());
                    case Reply.Inbox i -> "inbox " + i.messages() + " " + i.lost();
                    case Reply.Pong _ -> "pong";
                    case Reply.Refused r ->
                            "refused "
                                    + r.refusal().code().wire()
                                    + " "
                                    + (r.refusal().field() == null
                                            ? r.refusal().limit()
                                            : r.refusal().field());
                };
        return line(id + " " + words);
    }

    private String text(Publication publication) {
        return new String(publication.content().data(), StandardCharsets.UTF_8);
    }

    private static String words(Position position) {
        return position.epoch() + " " + position.offset() + " " + position.tag();
    }

    private static byte[] line(String words) {
        return (words + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
