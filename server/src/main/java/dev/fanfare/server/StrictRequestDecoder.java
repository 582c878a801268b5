// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/// Netty's decoder, without what it forgives: control characters before a request line
/// (CVE-2026-50020), and a Content-Length beside a Transfer-Encoding (RFC 9112, 6.3).
final class StrictRequestDecoder extends HttpRequestDecoder {
    /// What RFC 9112, 3, recommends at least, and enough for a path and sixteen long channels.
    static final int MAX_TARGET = 8_192;

    /// Room for one long Last-Event-ID beside the headers that [HttpFault] lets pass.
    private static final int LAST_EVENT_ID = 12 << 10;

    private Place place = Place.BETWEEN;

    private enum Place {
        BETWEEN,
        INSIDE,
        BROKEN
    }

    StrictRequestDecoder(HttpLimits limits) {
        super(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_TARGET + 32)
                        .setMaxHeaderSize(limits.maxHeaders() + LAST_EVENT_ID)
                        .setMaxChunkSize(64 << 10)
                        .setInitialBufferSize(256)
                        .setStrictLineParsing(true)
                        .setAllowDuplicateContentLengths(false));
    }

    /// Whether some bytes of a request have come, and not all or not yet decoded.
    boolean inside() {
        return place == Place.INSIDE || actualReadableBytes() > 0;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
            throws Exception {
        if (place == Place.BROKEN) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (place == Place.BETWEEN && in.isReadable()) {
            byte begin = in.getByte(in.readerIndex());
            if (begin < 'A' || begin > 'Z') {
                place = Place.BROKEN;
                in.skipBytes(in.readableBytes());
                out.add(broken());
                return;
            }
            place = Place.INSIDE;
        }
        int before = out.size();
        super.decode(ctx, in, out);
        if (out.size() > before && out.getLast() instanceof LastHttpContent) {
            place = Place.BETWEEN;
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Content-Length beside Transfer-Encoding");
    }

    private static DefaultFullHttpRequest broken() {
        DefaultFullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        "/",
                        io.netty.buffer.Unpooled.EMPTY_BUFFER);
        request.setDecoderResult(
                DecoderResult.failure(new IllegalArgumentException("no request line")));
        return request;
    }
}
