// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import dev.fanfare.server.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A connection speaks HTTP no more: the handlers of that go, and the one of what it has become
/// stays. On its loop only.
///
/// @param here the place of [HttpConnection]
// Futures: what fails closes the channel, which is heard of as inactive.
@SuppressWarnings("FutureReturnValueIgnored")
record Handover(
        ServerShared shared,
        NettyLoop loop,
        ChannelHandlerContext here,
        StrictRequestDecoder decoder) {

    /// What a route has in place of a gateway's word.
    static Gateway.Accept accept(WebSocketRoute route, Function<Transport, Session> session) {
        return new Gateway.Accept(
                route.frames(),
                route.dialect().messages(),
                route.compression(),
                socket -> new SessionConversation(route, session.apply(socket)));
    }

    /// @param stranger gives its place to the socket
    void webSocket(
            Request request,
            Gateway.Accept accept,
            @Nullable String subprotocol,
            Stranger stranger) {
        Upgrade.Accepted accepted = Upgrade.accepted(request, subprotocol, accept.compression());
        here.write(
                Unpooled.copiedBuffer(accepted.head(), StandardCharsets.US_ASCII),
                here.voidPromise());
        WebSocketEndpoint endpoint =
                new WebSocketEndpoint(
                        shared, loop, accept.agreed(accepted.compression()), here.channel());
        here.pipeline().addLast(endpoint);
        endpoint.open(stranger.handOver(), accept.conversation());
        here.channel().flush();
        leave();
    }

    /// @param stranger gives its place to the stream
    Transport stream(ByteBuf head, Gateway.Streamed told, Stranger stranger) {
        here.write(head, here.voidPromise());
        HttpStream stream = new HttpStream(shared, loop, here.channel(), told);
        here.pipeline().addLast(stream);
        stream.open(stranger.handOver());
        here.channel().config().setAutoRead(true);
        leave();
        return stream;
    }

    private void leave() {
        here.pipeline().remove(here.handler());
        here.pipeline().remove(decoder);
    }
}
