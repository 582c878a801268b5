// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Encoder;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Transport;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A protocol that needs more than a [Dialect] at one path of a listener: plain requests and
/// WebSocket connections that belong together, several endpoints behind one connection.
///
/// All methods are called on the loop of the connection that asks, and none may block.
public interface Gateway extends AutoCloseable {
    /// The path it lives at, without a slash at its end; it is found with one too.
    String path();

    /// Whether a request for its path is its own. What is not goes to the WebSocket endpoint of the
    /// same path; where there is none, everything is the gateway's.
    boolean takes(Request head);

    /// Bytes of the largest body; a larger one is answered with 413.
    int bodyLimit();

    /// Answers a plain request. May complete on any thread, and late; it is cancelled when the
    /// connection is lost before.
    CompletableFuture<Response> answer(Call call);

    /// Decides on a request that is a well-formed WebSocket upgrade.
    Decision upgrade(Call call);

    @Override
    void close();

    /// One request.
    ///
    /// @param own the server's own origin as this request sees it
    /// @param loop of the connection it came by
    /// @param known to be run once the peer has said who it is: its address is counted until then
    /// @param written completes when the answer has been written out, and fails when it could not
    ///   be
    /// @param streams for an answer that has no end yet
    record Call(
            Request request,
            String own,
            Loop loop,
            Runnable known,
            CompletableFuture<Void> written,
            Streams streams) {
        private static final byte[] NOTHING = {};

        /// The same, for who waits long and has read the body.
        Call bodiless() {
            Request head = request.at(Map.of(), NOTHING);
            return new Call(head, own, loop, known, written, streams);
        }
    }

    /// Begins an answer whose body is written as it comes, in place of completing the future: on
    /// the connection's loop, at most once, while the answer is waited for.
    @FunctionalInterface
    interface Streams {
        /// @param head status and headers
        /// @param told of what becomes of the connection
        /// @return takes the body; its `close` ends with [Streamed#gone]
        Transport begin(Response head, Streamed told);
    }

    /// Who writes a streamed answer. Called on the connection's loop.
    interface Streamed {
        /// The connection takes more again.
        void drained();

        /// The connection is gone. Comes once.
        void gone();
    }

    /// What becomes of an upgrade.
    sealed interface Decision {}

    record Refuse(Response response) implements Decision {}

    /// @param compression taken if the client offers it; the socket's [Transport#encoder] then
    ///   deflates
    /// @param conversation is given the socket when it is open. A socket's `close` ends with
    ///   [Conversation#closed]
    record Accept(
            FrameLimits frames,
            Dialect.Messages messages,
            Compression compression,
            Function<Transport, Conversation> conversation)
            implements Decision {
        /// Without compression.
        public Accept(
                FrameLimits frames,
                Dialect.Messages messages,
                Function<Transport, Conversation> conversation) {
            this(frames, messages, Compression.OFF, conversation);
        }

        Accept agreed(Compression other) {
            return new Accept(frames, messages, other, conversation);
        }
    }

    /// Describes a gateway while there is no node yet.
    interface Plan {
        String path();

        /// The endpoints behind it, by a name of their own.
        Map<String, EndpointConfig> endpoints();

        /// What renders for the sessions of the endpoint of that name.
        Encoder encoder(String endpoint);

        /// The node exists, and is about to listen.
        Gateway open(HttpServer.Node node, Map<String, Endpoint> endpoints);
    }
}
