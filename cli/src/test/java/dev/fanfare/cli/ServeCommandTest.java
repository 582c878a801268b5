// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeCommandTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 127.0.0.1:8000",
        "::, [::1]:8000",
        "2001:db8::7, [2001:db8::7]:8000",
        "10.0.0.1, 10.0.0.1:8000",
        "node.example, node.example:8000",
    })
    void namesAnAddressThatClientsCanUse(String host, String authority) {
        assertThat(ServeCommand.authority(host, 8000)).isEqualTo(authority);
    }
}
