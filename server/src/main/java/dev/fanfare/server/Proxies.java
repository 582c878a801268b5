// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.net.InetAddress;
import java.util.List;

/// The proxies whose word for a client's address is believed.
final class Proxies {
    private final List<Block> blocks;

    private record Block(byte[] network, int bits) {
        static Block parse(String cidr) {
            int slash = cidr.indexOf('/');
            if (slash < 0) {
                throw new IllegalArgumentException("not a CIDR block (10.0.0.0/8): " + cidr);
            }
            byte[] network = InetAddress.ofLiteral(cidr.substring(0, slash)).getAddress();
            int bits = Integer.parseInt(cidr.substring(slash + 1));
            if (bits < 0 || bits > network.length * 8) {
                throw new IllegalArgumentException("not a CIDR block (10.0.0.0/8): " + cidr);
            }
            return new Block(network, bits);
        }

        boolean holds(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int shift = 7 - bit % 8;
                if ((((address[bit / 8] ^ network[bit / 8]) >> shift) & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    Proxies(List<String> cidrs) {
        blocks = cidrs.stream().map(Block::parse).toList();
    }

    boolean trusts(InetAddress address) {
        return blocks.stream().anyMatch(block -> block.holds(address.getAddress()));
    }

    /// The last address of X-Forwarded-For that is not itself a trusted proxy's, or `peer` where
    /// there is none that can be read.
    InetAddress client(InetAddress peer, String forwardedFor) {
        InetAddress client = peer;
        String[] hops = forwardedFor.split(",", -1);
        for (int i = hops.length - 1; i >= 0 && trusts(client); i--) {
            try {
                client = InetAddress.ofLiteral(hops[i].strip());
            } catch (IllegalArgumentException e) {
                return client;
            }
        }
        return client;
    }
}
