// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import tools.jackson.core.json.JsonFactory;

/// Between bytes and frames, for both ends. Immutable; used from any thread.
///
/// Decoding is strict about every field that a frame has and ignores those it does not know, so
/// that either end may be newer than the other. Encoding is exact: the same frame is always the
/// same bytes.
public final class Codec {
    /// Of `connect`.
    public static final int VERSION = 1;

    /// Bytes of the largest message that a server takes if it is not told otherwise.
    public static final int MAX_MESSAGE = 65_536;

    private static final JsonFactory OF_SERVER = Bounds.OF_SERVER.factory();

    private final Bounds bounds;
    private final JsonFactory factory;

    /// @param maxMessage bytes of the largest command
    public Codec(int maxMessage) {
        this.bounds = Bounds.ofCommands(maxMessage);
        this.factory = bounds.factory();
    }

    /// @param text valid UTF-8
    /// @throws BadFrame when it is no command
    public ClientFrame decodeClient(byte[] text) throws BadFrame {
        return ClientFrames.read(JsonReader.read(text, factory, bounds));
    }

    /// @param text valid UTF-8
    /// @throws BadFrame when it is no reply and no push, or of a type this codec does not know
    ///   ([BadFrame.Code#UNKNOWN_COMMAND], which a client ignores)
    public static ServerFrame decodeServer(byte[] text) throws BadFrame {
        return ServerFrames.read(JsonReader.read(text, OF_SERVER, Bounds.OF_SERVER));
    }

    public static byte[] encode(ClientFrame frame) {
        return ClientFrames.write(frame);
    }

    public static byte[] encode(ServerFrame frame) {
        return encode(frame, Framing.NONE);
    }

    /// The text of the frame with what its transport wants around it.
    public static byte[] encode(ServerFrame frame, Framing framing) {
        return ServerFrames.write(frame, framing);
    }
}
