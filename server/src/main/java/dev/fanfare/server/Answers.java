// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Writes what one connection answers. On its loop only.
// Futures: what fails closes the channel, which is heard of as inactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Answers {
    private final ServerShared shared;
    private final ListenerSpec listener;

    /// Completed when the answer to a gateway's request has been written out.
    private @Nullable CompletableFuture<Void> written;

    Answers(ServerShared shared, ListenerSpec listener) {
        this.shared = shared;
        this.listener = listener;
    }

    static Response tooMany() {
        return Response.error(429, "too_many_connections", "Too many connections from here.")
                .header("Retry-After", "10");
    }

    static Response tooLarge(int most) {
        return Response.error(413, "body_too_large", "The body has at most " + most + " bytes.");
    }

    /// The next answer is a gateway's, which wants to know when it is written.
    void tell(CompletableFuture<Void> out) {
        written = out;
    }

    /// The connection is gone.
    void lost() {
        CompletableFuture<Void> out = written;
        if (out != null) {
            out.completeExceptionally(new IOException("connection lost"));
        }
    }

    /// Others follow on the connection.
    ///
    /// @param asked null when what was asked could not be read
    void write(ChannelHandlerContext to, @Nullable Request asked, Response response) {
        ByteBuf out = bytes(to, asked, response, ResponseWriter.Connection.KEEP);
        to.writeAndFlush(out, written == null ? to.voidPromise() : heard(to.newPromise()));
    }

    /// The connection's last: once it is written, we say that no more follows. Closed with bytes
    /// unread, TCP would reset, and the peer might never see the answer.
    ///
    /// @param asked null when what was asked could not be read
    /// @return done when it is written
    ChannelFuture writeLast(ChannelHandlerContext to, @Nullable Request asked, Response response) {
        ByteBuf out = bytes(to, asked, response, ResponseWriter.Connection.CLOSE);
        ChannelFuture last = to.writeAndFlush(out, heard(to.newPromise()));
        Parting.after(last);
        return last;
    }

    /// The head of an answer whose body follows as it comes.
    ByteBuf head(ChannelHandlerContext to, Response response) {
        written = null;
        return ResponseWriter.write(
                to.alloc(),
                marked(response),
                ResponseWriter.Body.STREAMED,
                ResponseWriter.Connection.CLOSE,
                shared.clock());
    }

    private ByteBuf bytes(
            ChannelHandlerContext to,
            @Nullable Request asked,
            Response response,
            ResponseWriter.Connection then) {
        ResponseWriter.Body sent =
                asked != null && asked.method().equals("HEAD")
                        ? ResponseWriter.Body.LEFT_OUT
                        : ResponseWriter.Body.SENT;
        return ResponseWriter.write(to.alloc(), marked(response), sent, then, shared.clock());
    }

    /// Tells the gateway whose answer this is.
    private ChannelPromise heard(ChannelPromise promise) {
        CompletableFuture<Void> out = written;
        if (out != null) {
            written = null;
            promise.addListener(done -> {
                if (done.isSuccess()) {
                    out.complete(null);
                } else {
                    out.completeExceptionally(done.cause());
                }
            });
        }
        return promise;
    }

    /// With what every response of the listener has.
    private Response marked(Response response) {
        Tls tls = listener.tls();
        return tls == null || tls.hsts().isZero()
                ? response
                : response.header("Strict-Transport-Security", "max-age=" + tls.hsts().toSeconds());
    }
}
