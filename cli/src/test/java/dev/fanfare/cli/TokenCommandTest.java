// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.core.SystemClock;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtPolicy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenCommandTest {
    private static final String DEMO = "the-secret-of-the-demo-and-of-nothing-else";
    private static final String OTHER = "another-secret-of-this-test-and-of-nothing-else";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsATokenThatTheDemoTakes() {
        assertThat(run("--user", "u1", "--claim", "wallets=[\"0xabc\"]", "--claim", "role=admin"))
                .isZero();

        Principal principal = accepted(DEMO);
        assertThat(principal.user()).isEqualTo("u1");
        assertThat(principal.claims())
                .containsEntry("wallets", List.of("0xabc"))
                .containsEntry("role", "admin");
        long hours = principal.expiresAt() - System.currentTimeMillis();
        assertThat(hours).isBetween(3_500_000L, 3_600_000L);
    }

    @Test
    void signsWithTheSecretThatIsGiven() {
        assertThat(run("--user", "u1", "--secret", OTHER)).isZero();

        assertThat(accepted(OTHER).user()).isEqualTo("u1");
        assertThat(authenticate(DEMO)).isInstanceOf(Authenticator.Outcome.Rejected.class);
    }

    @Test
    void saysWhatIsAllowedForATime() {
        assertThat(run("--user", "u1", "--expires-in", "soon")).isEqualTo(2);

        assertThat(err.toString()).contains("--expires-in is 'soon'; allowed is");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void refusesASecretThatIsTooShort() {
        assertThat(run("--user", "u1", "--secret", "short")).isEqualTo(1);

        assertThat(err.toString()).contains("auth.secret has 5 bytes, and needs 32");
    }

    private int run(String... arguments) {
        String[] all =
                Stream.concat(Stream.of("token"), Stream.of(arguments)).toArray(String[]::new);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    private Principal accepted(String secret) {
        Authenticator.Outcome outcome = authenticate(secret);
        assertThat(outcome).isInstanceOf(Authenticator.Outcome.Accepted.class);
        Principal principal = ((Authenticator.Outcome.Accepted) outcome).principal();
        assertThat(principal).isNotNull();
        return principal;
    }

    private Authenticator.Outcome authenticate(String secret) {
        try (SystemClock clock = new SystemClock()) {
            return new JwtAuthenticator(JwtPolicy.of(secret), clock)
                    .authenticate(
                            new Credentials(out.toString().strip(), Map.of(), Map.of(), "here"));
        }
    }
}
