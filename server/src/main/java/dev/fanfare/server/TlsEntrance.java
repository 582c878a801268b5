// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A connection to a TLS listener before its first byte: the state of a handshake is there only for
/// those who begin one, and who speaks plain HTTP is told.
final class TlsEntrance extends ByteToMessageDecoder {
    /// The type of the record that a handshake begins with (RFC 8446, 5.1).
    private static final int HANDSHAKE = 22;

    private static final String PLAIN =
            """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain\r
            Connection: close\r
            Content-Length: 49\r
            \r
            This port speaks TLS: come by https:// or wss://
            """;

    private final TlsListener tls;
    private boolean told;

    TlsEntrance(TlsListener tls) {
        this.tls = tls;
    }

    @Override
    // The future: what fails closes the channel.
    @SuppressWarnings("FutureReturnValueIgnored")
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.getUnsignedByte(in.readerIndex()) == HANDSHAKE) {
            context.pipeline().replace(this, null, tls.handler(context.alloc()));
            return;
        }
        in.skipBytes(in.readableBytes());
        if (told) {
            return;
        }
        told = true;
        context.writeAndFlush(Unpooled.copiedBuffer(PLAIN, StandardCharsets.US_ASCII))
                .addListener((ChannelFutureListener) sent -> Parting.shut(sent.channel()));
    }
}
