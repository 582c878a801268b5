// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        "10.1.2.3, 203.0.113.9:51008,          203.0.113.9",
        "10.1.2.3, [2001:db8::7]:443,          2001:db8::7",
        "10.1.2.3, [2001:db8::7],              2001:db8::7",
        "10.1.2.3, 2001:db8::7:443,            2001:db8::7:443",
        "10.1.2.3, '\"[2001:db8::7]:443\"',    2001:db8::7",
        "10.1.2.3, '\"203.0.113.9:80\"',       203.0.113.9",
        "10.1.2.3, '203.0.113.9, 10.1.1.1:4711', 203.0.113.9",
        "10.1.2.3, '6.6.6.6, 203.0.113.9:51008', 203.0.113.9",
        "10.1.2.3, fe80::1%eth0,               fe80::1",
        "10.1.2.3, ::ffff:203.0.113.9,         203.0.113.9",
        "10.1.2.3, 203.0.113.9:port,           10.1.2.3",
        "10.1.2.3, 203.0.113,                  10.1.2.3",
        "10.1.2.3, 8080,                       10.1.2.3",
        "10.1.2.3, unknown,                    10.1.2.3",
        "10.1.2.3, _hidden,                    10.1.2.3",
        "10.1.2.3, '\"',                       10.1.2.3",
        "10.1.2.3, [],                         10.1.2.3",
        "10.1.2.3, '[2001:db8::7',             10.1.2.3",
    })
    void onlyATrustedProxysWordIsBelieved(String peer, String forwarded, String client) {
        assertThat(proxies.client(InetAddress.ofLiteral(peer), forwarded))
                .isEqualTo(InetAddress.ofLiteral(client));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/x", "/8", "proxy/8", "fd00::/129"})
    void refusesWhatIsNoBlock(String cidr) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Proxies(List.of(cidr)))
                .withMessage("not a CIDR block (10.0.0.0/8): " + cidr);
    }
}
