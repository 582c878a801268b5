// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One Socket.IO packet (protocol revision 5), without its attachments.
///
/// ```
/// <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]
///   2                                  [ "message", 1 ]
///   5      2-           /admin,  13    [ "file", {"_placeholder":true,"num":0}, ... ]
/// ```
///
/// @param id the ack id, or [#NO_ID]
/// @param attachments how many binary messages belong to it
/// @param json what is left; not validated yet, empty where there is none
record Packet(Type type, String namespace, long id, int attachments, byte[] json) {
    static final long NO_ID = -1;

    /// What the parsers of the clients take at most.
    static final int MOST_ATTACHMENTS = 10;

    private static final int MOST_DIGITS = 15;
    private static final int LONGEST_NAMESPACE = 255;

    /// In the order of their numbers.
    enum Type {
        CONNECT,
        DISCONNECT,
        EVENT,
        ACK,
        CONNECT_ERROR,
        BINARY_EVENT,
        BINARY_ACK;

        private static final Type[] ALL = values();

        boolean binary() {
            return this == BINARY_EVENT || this == BINARY_ACK;
        }
    }

    /// @param text the packet, from `from` on
    static Packet read(byte[] text, int from) throws BadPacket {
        int at = from;
        int number = at < text.length ? text[at++] - '0' : -1;
        if (number < 0 || number >= Type.ALL.length) {
            throw new BadPacket("unknown packet type");
        }
        Type type = Type.ALL[number];
        int attachments = 0;
        if (type.binary()) {
            int dash = digits(text, at);
            if (dash == at || dash - at > 3 || dash == text.length || text[dash] != '-') {
                throw new BadPacket("the number of attachments cannot be read");
            }
            attachments = (int) number(text, at, dash);
            if (attachments > MOST_ATTACHMENTS) {
                throw new BadPacket("more than " + MOST_ATTACHMENTS + " attachments");
            }
            at = dash + 1;
        }
        String namespace = "/";
        if (at < text.length && text[at] == '/') {
            int end = at;
            while (end < text.length && text[end] != ',') {
                end++;
            }
            if (end - at > LONGEST_NAMESPACE) {
                throw new BadPacket("the namespace is too long");
            }
            namespace = new String(text, at, end - at, StandardCharsets.UTF_8);
            at = Math.min(text.length, end + 1);
        }
        long id = NO_ID;
        int end = digits(text, at);
        if (end > at) {
            if (end - at > MOST_DIGITS) {
                throw new BadPacket("the ack id is too long");
            }
            id = number(text, at, end);
            at = end;
        }
        return new Packet(
                type, namespace, id, attachments, Arrays.copyOfRange(text, at, text.length));
    }

    /// Behind the digits that begin at `from`.
    private static int digits(byte[] text, int from) {
        int at = from;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at;
    }

    private static long number(byte[] text, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + (text[i] - '0');
        }
        return number;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Packet that
                && type == that.type
                && namespace.equals(that.namespace)
                && id == that.id
                && attachments == that.attachments
                && Arrays.equals(json, that.json);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json);
    }
}
