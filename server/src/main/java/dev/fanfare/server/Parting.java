// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;

/// How connections end. On their loops.
// Futures: what fails closes the channel, which is heard of as inactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Parting {
    private Parting() {}

    /// Once the last bytes are written, [#shut]; where they cannot be, the connection is over.
    static void after(ChannelFuture last) {
        last.addListener(
                (ChannelFutureListener)
                        sent -> {
                            if (sent.isSuccess()) {
                                shut(sent.channel());
                            } else {
                                sent.channel().close();
                            }
                        });
    }

    /// Says that nothing more follows, in TLS too where there is any, and leaves the rest to the
    /// peer, whose bytes are still read.
    static void shut(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutTcp(channel);
        } else {
            tls.closeOutbound().addListener(_ -> shutTcp(channel));
        }
    }

    private static void shutTcp(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }

    /// Ends it by a reset: what was written and has not arrived never may.
    static void abort(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // Not through the pipeline: TLS would want to say goodbye first.
        channel.unsafe().close(channel.voidPromise());
    }

    /// Whether it is the peer's or the network's doing: the connection is lost, and that is all.
    static boolean lost(Throwable cause) {
        return cause instanceof IOException
                || (cause instanceof DecoderException && cause.getCause() instanceof IOException);
    }
}
