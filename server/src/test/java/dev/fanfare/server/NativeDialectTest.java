// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NativeDialectTest {
    private static final Position AT = new Position("e1", 5, "t5");
    private static final String POSITION = "{\"epoch\":\"e1\",\"offset\":5,\"tag\":\"t5\"}";

    private final NativeDialect dialect = new NativeDialect();

    @Test
    void everyCommandReachesTheHub() {
        assertThat(decode("{'type':'connect','id':1,'version':1,'token':'t'}"))
                .isEqualTo(new Command.Connect(1, 1, "t"));
        assertThat(decode("{'type':'refresh','id':2,'token':'t'}"))
                .isEqualTo(new Command.Refresh(2, "t"));
        assertThat(
                        decode(
                                "{'type':'subscribe','id':3,'channel':'c','since':{'epoch':'e1','offset':5,'tag':'t5'}}"))
                .isEqualTo(new Command.Subscribe(3, "c", AT));
        assertThat(decode("{'type':'subscribe','channel':'c'}"))
                .isEqualTo(new Command.Subscribe(0, "c", null));
        assertThat(
                        decode(
                                "{'type':'subscribe','id':3,'channel':'c','filter':{'field':'a','eq':1}}"))
                .isEqualTo(
                        new Command.Subscribe(
                                3, "c", null, PayloadFilter.of("{\"eq\":1.0,\"field\":\"a\"}")));
        assertThat(decode("{'type':'unsubscribe','id':4,'channel':'c'}"))
                .isEqualTo(new Command.Unsubscribe(4, "c"));
        assertThat(decode("{'type':'presence','id':7,'channel':'c'}"))
                .isEqualTo(new Command.Presence(7, "c"));
        assertThat(decode("{'type':'history','id':8,'channel':'c','limit':3,'order':'newest'}"))
                .isEqualTo(new Command.History(8, "c", HistoryQuery.latest(3)));
        assertThat(decode("{'type':'ping','id':9}")).isEqualTo(new Command.Ping(9));
        assertThat(decode("{'type':'pong'}")).isEqualTo(new Command.Pong());
    }

    @Test
    void aPayloadReachesTheHubAsItStands() {
        Command publish =
                decode(
                        "{'type':'publish','id':5,'channel':'c','event':'e','data':{'a' : 1},'key':'k'}");
        assertThat(publish)
                .isInstanceOfSatisfying(
                        Command.Publish.class,
                        command -> {
                            assertThat(command.id()).isEqualTo(5);
                            assertThat(command.channel()).isEqualTo("c");
                            assertThat(command.event()).isEqualTo("e");
                            assertThat(command.idempotencyKey()).isEqualTo("k");
                            assertThat(command.data()).isEqualTo("{\"a\" : 1}".getBytes(UTF_8));
                        });
        assertThat(decode("{'type':'send','id':6,'handler':'h','data':[]}"))
                .isInstanceOfSatisfying(
                        Command.Send.class,
                        command -> {
                            assertThat(command.handler()).isEqualTo("h");
                            assertThat(command.data()).isEqualTo("[]".getBytes(UTF_8));
                        });
    }

    @Test
    void whatIsNoCommandKeepsItsIdAndNamesTheField() {
        assertThat(decode("{'type':'publish','channel':7,'data':1,'id':12}"))
                .isEqualTo(
                        new Command.Malformed(
                                12,
                                Refusal.field(
                                        Refusal.Code.BAD_REQUEST,
                                        "channel",
                                        "'channel' must be a string, but is a number.")));
        assertThat(decode("{'type':'dance','id':3}"))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed ->
                                assertThat(malformed.refusal().code())
                                        .isEqualTo(Refusal.Code.UNKNOWN_COMMAND));
        assertThat(new NativeDialect(20).decode("{\"type\":\"ping\",\"id\":123}".getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> {
                            assertThat(malformed.refusal().code())
                                    .isEqualTo(Refusal.Code.MESSAGE_TOO_LARGE);
                            assertThat(malformed.refusal().limit()).isEqualTo("max-message");
                        });
    }

    @Test
    void aDeliveryIsOneTextFrame() {
        Publication publication =
                new Publication(
                        5, "t5", "t4", 99, Content.of("e", "[1, 2]".getBytes(UTF_8)).by("ann"));
        assertThat(text(dialect.push(new Push.Delivery("c", publication, 4))))
                .isEqualTo(
                        json(
                                "{'type':'publication','channel':'c','offset':5,'tag':'t5','time':99,"
                                        + "'event':'e','publisher':'ann','data':[1, 2]}"));
        assertThat(text(dialect.push(new Push.Delivery("c", publication, 2))))
                .contains("\"offset\":5,\"tag\":\"t5\",\"prev\":2,\"time\":99");
    }

    @Test
    void everyOtherPushHasAFrame() {
        Member ann = new Member("ann", "{}".getBytes(UTF_8));
        Refusal refusal = Refusal.limit(Refusal.Code.TOO_MANY_REQUESTS, "rate", 250, "Slower.");
        assertPush(
                new Push.Joined("c", ann),
                "{'type':'join','channel':'c','member':{'user':'ann','info':{}}}");
        assertPush(
                new Push.Left("c", new Member("ann", new byte[0])),
                "{'type':'leave','channel':'c','member':{'user':'ann'}}");
        assertPush(
                new Push.Message(Content.of("e", "1".getBytes(UTF_8)), 99),
                "{'type':'message','event':'e','time':99,'data':1}");
        assertPush(
                new Push.Gap("c", 2, AT),
                "{'type':'gap','channel':'c','from':2,'to':" + POSITION + "}");
        assertPush(
                new Push.Subscribed("c", AT),
                "{'type':'subscribed','channel':'c','position':" + POSITION + "}");
        assertPush(
                new Push.Unsubscribed("c", Refusal.of(Refusal.Code.PERMISSION_DENIED, "No.")),
                "{'type':'unsubscribed','channel':'c','code':'permission_denied','message':'No.'}");
        assertPush(new Push.Expiring(7), "{'type':'expiring','expiresAt':7}");
        assertPush(new Push.Ping(), "{'type':'ping'}");
        assertPush(
                new Push.Disconnect(Close.restart(1500)),
                "{'type':'disconnect','code':1012,'reason':'service restart','reconnect':true,'retryAfter':1500}");
        assertPush(
                new Push.Failed(refusal),
                "{'type':'error','code':'too_many_requests','message':'Slower.','limit':'rate','retryAfter':250}");
    }

    @Test
    void everyReplyCarriesTheId() {
        assertReply(
                new Reply.Connected("s", "ann", 9, 25_000),
                "{'type':'connected','id':1,'version':1,'session':'s','user':'ann','expiresAt':9,'pingInterval':25000}");
        assertReply(new Reply.Refreshed(0), "{'type':'refreshed','id':1}");
        assertReply(
                new Reply.Subscribed("c", AT, Reply.Recovered.NO),
                "{'type':'subscribed','id':1,'channel':'c','position':"
                        + POSITION
                        + ",'recovered':false}");
        assertReply(new Reply.Unsubscribed("c"), "{'type':'unsubscribed','id':1,'channel':'c'}");
        assertReply(
                new Reply.Published(AT), "{'type':'published','id':1,'position':" + POSITION + "}");
        assertReply(new Reply.Answer(null), "{'type':'reply','id':1}");
        assertReply(new Reply.Answer("1".getBytes(UTF_8)), "{'type':'reply','id':1,'data':1}");
        assertReply(
                new Reply.Presence("c", List.of(new Member("ann", new byte[0])), null),
                "{'type':'presence','id':1,'channel':'c','members':[{'user':'ann'}]}");
        assertReply(
                new Reply.Presence("c", List.of(new Member("ann", new byte[0])), "ann"),
                "{'type':'presence','id':1,'channel':'c','members':[{'user':'ann'}],'after':'ann'}");
        assertReply(
                new Reply.History("c", List.of(), AT),
                "{'type':'history','id':1,'channel':'c','publications':[],'next':"
                        + POSITION
                        + "}");
        assertReply(
                new Reply.History(
                        "c",
                        List.of(
                                new Publication(
                                        5, "t5", "t4", 99, Content.of("1".getBytes(UTF_8)))),
                        null),
                "{'type':'history','id':1,'channel':'c','publications':[{'offset':5,'tag':'t5','time':99,'data':1}]}");
        assertReply(new Reply.Pong(), "{'type':'pong','id':1}");
        assertReply(
                new Reply.Refused(Refusal.field(Refusal.Code.BAD_REQUEST, "f", "m")),
                "{'type':'error','id':1,'code':'bad_request','message':'m','field':'f'}");
    }

    @Test
    void withoutAnIdOnlyAnErrorIsAnswered() {
        assertThat(dialect.reply(0, new Reply.Pong())).isNull();
        assertThat(
                        text(
                                dialect.reply(
                                        0,
                                        new Reply.Refused(Refusal.of(Refusal.Code.INTERNAL, "m")))))
                .isEqualTo(json("{'type':'error','code':'internal','message':'m'}"));
    }

    @Test
    void theDialectPingsByItself() {
        assertThat(dialect.heartbeat()).isEqualTo(Dialect.Heartbeat.DIALECT);
    }

    private void assertPush(Push push, String expected) {
        assertThat(text(dialect.push(push))).isEqualTo(json(expected));
    }

    private void assertReply(Reply reply, String expected) {
        assertThat(text(dialect.reply(1, reply))).isEqualTo(json(expected));
    }

    private Command decode(String singleQuoted) {
        return dialect.decode(json(singleQuoted).getBytes(UTF_8));
    }

    private static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }

    /// The text of a frame, whose header must announce exactly that.
    private static String text(byte @Nullable [] frame) {
        assertThat(frame).isNotNull();
        int headroom = frame[1] == 126 ? 4 : 2;
        int length = headroom == 2 ? frame[1] : (frame[2] & 0xFF) << 8 | frame[3] & 0xFF;
        assertThat(frame).hasSize(headroom + length);
        assertThat(frame[0]).isEqualTo((byte) 0x81);
        return new String(frame, headroom, length, UTF_8);
    }
}
