// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
    private final Proxies proxies = new Proxies(List.of("10.0.0.0/8", "fd00::/64"));

    @ParameterizedTest(name = "{0} says {1} -> {2}")
    @CsvSource({
        "10.1.2.3, 203.0.113.9,                203.0.113.9",
        "10.1.2.3, '203.0.113.9, 10.9.9.9',    203.0.113.9",
        "10.1.2.3, '6.6.6.6, 203.0.113.9',     203.0.113.9",
        "11.1.2.3, 203.0.113.9,                11.1.2.3",
        "10.1.2.3, nonsense,                   10.1.2.3",
        "10.1.2.3, '',                         10.1.2.3",
        "fd00::1,  203.0.113.9,                203.0.113.9",
        "fd00:0:0:1::1, 203.0.113.9,           fd00:0:0:1::1",
    })
    void onlyATrustedProxysWordIsBelieved(String peer, String forwarded, String client) {
        assertThat(proxies.client(InetAddress.ofLiteral(peer), forwarded))
                .isEqualTo(InetAddress.ofLiteral(client));
    }
}
