// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DatabaseUrlTest {
    @Test
    void readsWhatHostersSet() {
        DatabaseUrl url =
                DatabaseUrl.of("postgres://ada:p%40ss:w@db.example:5433/kyc?sslmode=require");
        assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://db.example:5433/kyc?sslmode=require");
        assertThat(url.user()).isEqualTo("ada");
        assertThat(url.password()).isEqualTo("p@ss:w");
        assertThat(DatabaseUrl.of("postgresql://localhost/kyc").jdbc())
                .isEqualTo("jdbc:postgresql://localhost/kyc");
        assertThat(DatabaseUrl.of("jdbc:postgresql://h/d?user=x").jdbc())
                .isEqualTo("jdbc:postgresql://h/d?user=x");
    }

    @Test
    void decodesUserAndPasswordAfterTheyAreSplit() {
        DatabaseUrl url = DatabaseUrl.of("postgres://a%3Ab%40c:p%3Aq+r%2B@[::1]:5433/kyc");

        assertThat(url.user()).isEqualTo("a:b@c");
        assertThat(url.password()).isEqualTo("p:q+r+");
        assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://[::1]:5433/kyc");
        assertThat(url.withoutSecrets()).contains("postgresql://a%3Ab%40c@[::1]:5433/kyc");
    }

    @Test
    void refusesAnythingElseWithoutRepeatingIt() {
        for (String text :
                new String[] {"", "mysql://a:secret@h/d", "postgres:secret", "a b secret"}) {
            assertThatThrownBy(() -> DatabaseUrl.of(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("DATABASE_URL is not like")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void isToldWithoutItsPasswordAndOptions() {
        assertThat(
                        DatabaseUrl.of("postgres://ann:secret@db.example:5433/kyc?sslmode=require")
                                .withoutSecrets())
                .contains("postgresql://ann@db.example:5433/kyc");
        assertThat(
                        new DatabaseUrl(
                                        "jdbc:postgresql://127.0.0.1/kyc?password=secret",
                                        "",
                                        "secret")
                                .withoutSecrets())
                .contains("postgresql://127.0.0.1/kyc");
        assertThat(DatabaseUrl.of("jdbc:postgresql://a:1,b:2/kyc?password=secret").withoutSecrets())
                .isEmpty();
    }
}
