// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.apps.changes.ChangeFeed;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Principal;
import dev.fanfare.server.NettyTransport;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {
    @Test
    void hasADefaultForEverything() {
        Config config = new Sources(null, Map.of(), Map.of()).load();

        assertThat(config.port()).isEqualTo(8000);
        assertThat(config.channels()).isEmpty();
        assertThat(config.limits().session()).isEqualTo(Limits.DEFAULT);
    }

    @Test
    void readsEveryKindOfValueFromTheFile() {
        Config config =
                file(
                        """
                        port: 9000
                        transport: io-uring
                        drain: 1500ms
                        origins: [https://a.example, https://b.example]
                        limits:
                          max-message: 128KB
                        channels:
                          "inbox:{user}":
                            history-size: 7
                            presence: off
                            subscribe: owner(user)
                            lagging: skip
                            encrypted: true
                          "open":
                        """);

        assertThat(config.port()).isEqualTo(9000);
        assertThat(config.transport()).isEqualTo(NettyTransport.Kind.IO_URING);
        assertThat(config.drain()).isEqualTo(Duration.ofMillis(1500));
        assertThat(config.origins()).containsExactly("https://a.example", "https://b.example");
        assertThat(config.limits().maxMessage().bytes()).isEqualTo(128 << 10);
        assertThat(config.rules()).containsOnlyKeys("inbox:{user}", "open");
        ChannelRules inbox = requireNonNull(config.rules().get("inbox:{user}"));
        assertThat(inbox.retention().size()).isEqualTo(7);
        assertThat(inbox.lagging()).isEqualTo(ChannelRules.Lagging.SKIP);
        assertThat(inbox.contents()).isEqualTo(ChannelRules.Contents.ENCRYPTED);
        assertThat(requireNonNull(config.rules().get("open")).contents())
                .isEqualTo(ChannelRules.Contents.ANY);
        assertThat(inbox.subscribe().allows(Principal.of("ada"), Map.of("user", "ada"))).isTrue();
        assertThat(inbox.subscribe().allows(Principal.of("bob"), Map.of("user", "ada"))).isFalse();
    }

    @Test
    void readsSourcesOfChanges() {
        Config config =
                file(
                        """
                        sources:
                          shop:
                            url: jdbc:postgresql://db/shop
                            user: fanfare
                            password: hush
                            max-wal: 64MB
                            coalesce: 50ms
                            mappings:
                              by-store:
                                table: sales.orders
                                channel: "orders:{store_id}"
                                where: status <> 'draft'
                                operations: [insert, update]
                                payload: row
                                columns: [id, total as amount]
                        """);

        ChangeFeed.Source source = requireNonNull(config.sources().get("shop")).source("shop");
        assertThat(source.settings().maxWal()).isEqualTo(64 << 20);
        assertThat(source.settings().tables()).hasToString("[sales.orders]");
        assertThat(source.coalesce()).isEqualTo(Duration.ofMillis(50));
        assertThat(source.mappings()).singleElement().matches(mapping -> mapping.owns("orders:7"));
    }

    @Test
    void saysWhatASourceLacks() {
        Config config = file("sources:\n  shop:\n    url: jdbc:postgresql://db/shop\n");

        assertThatThrownBy(() -> requireNonNull(config.sources().get("shop")).source("shop"))
                .hasMessage("has no mappings");
    }

    @Test
    void takesAnOptionBeforeTheEnvironmentBeforeTheFile() {
        Sources.Document file = write("port: 1\nhost: file\nloops: 1\n");

        Config config =
                new Sources(
                                file,
                                Map.of("FANFARE_PORT", "2", "FANFARE_HOST", "variable"),
                                Map.of("port", "3"))
                        .load();

        assertThat(config.port()).isEqualTo(3);
        assertThat(config.host()).isEqualTo("variable");
        assertThat(config.loops()).isEqualTo(1);
    }

    @Test
    void takesListsAndGroupsFromTheEnvironment() {
        Config config =
                new Sources(
                                null,
                                Map.of(
                                        "FANFARE_ORIGINS",
                                        "https://a.example, https://b.example",
                                        "FANFARE_CHANNELS",
                                        "{\"orders:{id}\": {history-size: 5}}",
                                        "FANFARE_LIMITS_PONG_WITHIN",
                                        "3s",
                                        "PATH",
                                        "/bin"),
                                Map.of())
                        .load();

        assertThat(config.origins()).hasSize(2);
        assertThat(config.channels().values())
                .extracting(Config.ChannelSettings::historySize)
                .containsExactly(5);
        assertThat(config.limits().pongWithin()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void namesTheNearestKeyAndTheLineOfAnUnknownOne() {
        assertRefused(
                "host: x\nlimits:\n  conections: 4\n",
                "fanfare.yaml line 3: there is no key 'conections' in limits; the nearest is"
                        + " 'connections'.");
        assertRefused(
                "prot: 1\n", "fanfare.yaml line 1: there is no key 'prot'; the nearest is 'port'.");
    }

    @Test
    void namesTheNearestVariableOfAnUnknownOne() {
        assertThatThrownBy(() ->
                        new Sources(null, Map.of("FANFARE_LIMITS_CONECTIONS", "4"), Map.of())
                                .load())
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "FANFARE_LIMITS_CONECTIONS: there is no such setting; the nearest is"
                                + " FANFARE_LIMITS_CONNECTIONS.");
    }

    @Test
    void saysWhatIsAllowedInPlaceOfABadValue() {
        assertRefused(
                "port: 70000\n",
                "fanfare.yaml line 1: port is '70000'; allowed is a whole number from 0 to 65535.");
        assertRefused(
                "transport: carrier\n",
                "fanfare.yaml line 1: transport is 'carrier'; allowed is auto, io-uring, epoll, nio.");
        assertRefused(
                "drain: 10\n",
                "fanfare.yaml line 1: drain is '10'; allowed is a duration such as 500ms, 10s, 5m, 2h or 7d.");
        assertRefused(
                "channels:\n  a:\n    publish: owner()\n",
                "fanfare.yaml line 3: channels.'a'.publish is 'owner()'; allowed is "
                        + Who.ALLOWED
                        + ".");
        assertRefused(
                "channels:\n  a:\n    encrypted: yes please\n",
                "fanfare.yaml line 3: channels.'a'.encrypted is 'yes please'; allowed is true, false.");
        assertRefused(
                "limits: 5\n", "fanfare.yaml line 1: limits is a group of keys, not a value.");
    }

    @Test
    void namesEveryProblemAtOnce() {
        assertRefused(
                "port: x\nloops: y\n",
                "fanfare.yaml line 1: port is 'x'; allowed is a whole number from 0 to 65535."
                        + System.lineSeparator()
                        + "fanfare.yaml line 2: loops is 'y'; allowed is a whole number from 0 to 1024.");
    }

    @Test
    void neverRepeatsASecret() {
        assertThatThrownBy(() -> file("auth:\n  secret: [hush]\n"))
                .hasMessageContaining("auth.secret")
                .hasMessageNotContaining("hush");
    }

    @Test
    void refusesWhatIsNotYaml() {
        assertThatThrownBy(() -> file("a: [1\n"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("not valid YAML");
        assertThatThrownBy(() -> file("port: 1\nport: 2\n"))
                .isInstanceOf(InvalidConfiguration.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "ISO-8859-1"})
    void saysThatAFileIsNotUtf8(String charset, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("fanfare.yaml");
        Files.write(file, "host: caf\u00e9\n".getBytes(Charset.forName(charset)));

        assertThatThrownBy(() -> Sources.Document.of(file))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(file + ": the file is not UTF-8.");
    }

    @Test
    void saysThatAFileCannotBeRead() {
        assertThatThrownBy(() -> Sources.Document.of(Path.of("no", "such.yaml")))
                .hasMessage("no/such.yaml: the file cannot be read.");
    }

    private void assertRefused(String yaml, String message) {
        assertThatThrownBy(() -> file(yaml))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
    }

    private Config file(String yaml) {
        return new Sources(write(yaml), Map.of(), Map.of()).load();
    }

    private static Sources.Document write(String yaml) {
        return new Sources.Document("fanfare.yaml", yaml);
    }
}
