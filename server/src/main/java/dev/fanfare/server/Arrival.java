// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Head;
import dev.fanfare.server.http.Request;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the head of a request as whoever handles it wants it: names in lower case, the client
/// behind the proxies, and by which protocol it came.
final class Arrival {
    private static final String PROTO = "x-forwarded-proto";
    private static final byte[] NOTHING = {};

    /// RFC 9112, 3.2.2, with the schemes of WebSocket.
    private static final Pattern ABSOLUTE_FORM =
            Pattern.compile("(?:https?|wss?)://([^/?#]+)(.*)", Pattern.CASE_INSENSITIVE);

    private Arrival() {}

    /// What the request line asks for. In absolute form its authority takes the place of the Host
    /// header.
    ///
    /// @return null when it cannot be read
    static Request.@Nullable Target target(HttpRequest head) {
        Matcher absolute = ABSOLUTE_FORM.matcher(head.uri());
        if (!absolute.matches()) {
            return Head.target(head.uri());
        }
        String authority = absolute.group(1);
        String rest = absolute.group(2);
        if (!Head.validHost(authority)) {
            return null;
        }
        head.headers().set(HttpHeaderNames.HOST, authority);
        return Head.target(rest.startsWith("/") ? rest : '/' + rest);
    }

    static InetAddress peer(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /// The head's, and one of our own which says by what the client came: of the request's own, a
    /// trusted proxy's counts.
    static Map<String, String> headers(
            HttpRequest head, ListenerSpec listener, Proxies proxies, InetAddress peer) {
        Map<String, String> headers = new HashMap<>();
        for (Map.Entry<String, String> each : head.headers()) {
            String name = each.getKey().toLowerCase(Locale.ROOT);
            String glue = name.equals("cookie") ? "; " : ", ";
            headers.merge(name, each.getValue(), (one, other) -> one + glue + other);
        }
        boolean secure =
                listener.tls() != null
                        || (secure(headers.getOrDefault(PROTO, "")) && proxies.trusts(peer));
        headers.put(PROTO, secure ? "https" : "http");
        return headers;
    }

    /// Of several the first, which is what the client came by. Some proxies say `wss` at an
    /// upgrade.
    private static boolean secure(String forwardedProto) {
        String first = forwardedProto.split(",", 2)[0].strip();
        return first.equalsIgnoreCase("https") || first.equalsIgnoreCase("wss");
    }

    /// The client, which a trusted proxy names.
    static InetAddress client(Map<String, String> headers, Proxies proxies, InetAddress peer) {
        return proxies.trusts(peer)
                ? proxies.client(peer, headers.getOrDefault("x-forwarded-for", ""))
                : peer;
    }

    static Request request(
            HttpRequest head,
            Request.Target target,
            Map<String, String> headers,
            InetAddress client) {
        return new Request(head.method().name(), target, headers, NOTHING, client.getHostAddress());
    }

    /// What becomes of the connection when this is answered.
    static ResponseWriter.Connection after(HttpRequest head) {
        boolean closes =
                version(head).equals("HTTP/1.0")
                        || head.headers()
                                .containsValue(
                                        HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        return closes ? ResponseWriter.Connection.CLOSE : ResponseWriter.Connection.KEEP;
    }

    /// Of HTTP, as on the request line.
    static String version(HttpRequest head) {
        return head.protocolVersion().text();
    }

    /// Whether the peer waits for a word before it sends the body; HTTP/1.0 does not know one (RFC
    /// 9110, 10.1.1).
    static boolean expectsContinue(HttpRequest head) {
        return version(head).equals("HTTP/1.1")
                && head.headers().contains(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE, true);
    }

    /// Our own origin as the request sees it: `http://` or `https://`, and the Host header.
    static String own(Request head) {
        return head.headers().get(PROTO) + "://" + head.headers().getOrDefault("host", "");
    }

    /// Bytes that the body is said to have.
    static long announced(Request head) {
        return Long.parseLong(head.headers().getOrDefault("content-length", "0").strip());
    }

    static boolean hasBody(Request head) {
        return head.headers().containsKey("transfer-encoding")
                || !head.headers().getOrDefault("content-length", "0").equals("0");
    }
}
