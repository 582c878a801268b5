// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The proxies whose word for a client's address is believed.
final class Proxies {
    /// An address as proxies write it beside a port. IPv6 with a port needs brackets; without them
    /// every colon is the address's.
    private static final Pattern WITH_PORT =
            Pattern.compile("(?:\\[([^]]*)]|([0-9.]+))(?::[0-9]{1,5})?");

    private final List<IpSubnetFilterRule> blocks;

    Proxies(List<String> cidrs) {
        blocks = cidrs.stream().map(Proxies::block).toList();
    }

    private static IpSubnetFilterRule block(String cidr) {
        String[] parts = cidr.split("/", -1);
        try {
            if (parts.length == 2) {
                return new IpSubnetFilterRule(
                        InetAddress.ofLiteral(parts[0]),
                        Integer.parseInt(parts[1]),
                        IpFilterRuleType.ACCEPT);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(notBlock(cidr), e);
        }
        throw new IllegalArgumentException(notBlock(cidr));
    }

    private static String notBlock(String cidr) {
        return "not a CIDR block (10.0.0.0/8): " + cidr;
    }

    boolean trusts(InetAddress address) {
        InetSocketAddress socket = new InetSocketAddress(address, 0);
        return blocks.stream().anyMatch(block -> block.matches(socket));
    }

    /// The last address of X-Forwarded-For that is not itself a trusted proxy's, or `peer` where
    /// there is none that can be read.
    InetAddress client(InetAddress peer, String forwardedFor) {
        InetAddress client = peer;
        String[] hops = forwardedFor.split(",", -1);
        for (int i = hops.length - 1; i >= 0 && trusts(client); i--) {
            InetAddress named = address(hops[i].strip());
            if (named == null) {
                return client;
            }
            client = named;
        }
        return client;
    }

    /// An address alone, with a port, in brackets or in quotes (RFC 7239, 6); null for anything
    /// else.
    private static @Nullable InetAddress address(String hop) {
        boolean quoted = hop.length() > 1 && hop.startsWith("\"") && hop.endsWith("\"");
        String node = quoted ? hop.substring(1, hop.length() - 1) : hop;
        Matcher parts = WITH_PORT.matcher(node);
        String literal = node;
        if (parts.matches()) {
            literal = parts.group(1) == null ? parts.group(2) : parts.group(1);
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(literal);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
