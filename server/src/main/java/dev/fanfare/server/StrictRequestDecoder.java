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
    static final int LONGEST_LINE = 4_096;

    /// What [HttpFault] lets pass, and room for one long Last-Event-ID, which is no fault.
    private static final int LARGEST_HEAD = HttpFault.MOST_HEADER_BYTES + (12 << 10);

    private static final HttpDecoderConfig CONFIG =
            new HttpDecoderConfig()
                    .setMaxInitialLineLength(LONGEST_LINE + 32)
                    .setMaxHeaderSize(LARGEST_HEAD)
                    .setMaxChunkSize(64 << 10)
                    .setInitialBufferSize(256)
                    .setStrictLineParsing(true)
                    .setAllowDuplicateContentLengths(false);

    private Place place = Place.BETWEEN;

    private enum Place {
        BETWEEN,
        INSIDE,
        BROKEN
    }

    StrictRequestDecoder() {
        super(CONFIG);
    }

    /// Whether some bytes of a request have come, and not all.
    boolean inside() {
        return place == Place.INSIDE;
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
