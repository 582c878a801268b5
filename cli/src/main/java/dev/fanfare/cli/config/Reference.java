// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.List;

/// The reference page, made of the records' own words.
final class Reference {
    private Reference() {}

    static String page() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        page.append("| key | variable | default | allowed | meaning |\n|---|---|---|---|---|\n");
        Sources.settings(Config.class)
                .forEach((path, component) -> page.append(row(path, component)));
        page.append(CHANNELS).append(table(Config.ChannelSettings.class));
        page.append(SOURCES).append(table(Config.SourceSettings.class));
        page.append(MAPPINGS).append(table(Config.MappingSettings.class));
        return page.toString();
    }

    /// The settings of one entry of a group.
    private static String table(Class<? extends Record> type) {
        StringBuilder table =
                new StringBuilder("| key | default | allowed | meaning |\n|---|---|---|---|\n");
        Sources.settings(type)
                .forEach((path, component) -> {
                    Setting setting = component.getAnnotation(Setting.class);
                    table.append(
                            "| `%s` | %s | %s | %s |\n"
                                    .formatted(
                                            path,
                                            initial(setting),
                                            within(component, setting),
                                            setting.value()));
                });
        return table.toString();
    }

    private static String within(RecordComponent component, Setting setting) {
        if (component.getGenericType() instanceof ParameterizedType type) {
            return type.getRawType() == List.class ? "a list" : "a group";
        }
        return Scalars.allowed(component.getType(), setting);
    }

    private static String initial(Setting setting) {
        return setting.initial().isEmpty() ? "none" : "`" + setting.initial() + "`";
    }

    private static String row(String path, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        return "| `%s` | `%s` | %s | %s | %s |\n"
                .formatted(
                        path,
                        Names.variable(path),
                        initial(setting),
                        allowed(component, setting),
                        setting.value());
    }

    private static String allowed(RecordComponent component, Setting setting) {
        if (component.getGenericType() instanceof ParameterizedType type) {
            return type.getRawType() == List.class
                    ? "a list; in the environment, with commas"
                    : "a group; in the environment, as YAML in one line";
        }
        return Scalars.allowed(component.getType(), setting);
    }

    private static final String INTRODUCTION =
            """
            # Configuration

            Generated from the configuration records; a test compares the two.

            One YAML file: `./fanfare.yaml` where there is one, or `--config FILE`, or what `FANFARE_CONFIG` names. Every key is
            also an environment variable, and `--set key=value` on the command line. Options win over the environment, that
            over the file, and that over the default. An unknown key stops the start and names the nearest one there is.

            """;

    private static final String CHANNELS =
            """

            ## Rules of a channel pattern

            Under `channels`, by pattern. `{name}` stands for one or more characters other than `:`, and can be named in the rules:
            `owner(name)` is the user whose id stands there, `claim(wallets, name)` whoever has a token whose claim `wallets` is
            it or lists it. The pattern that begins with the most literal characters wins.

            ```yaml
            channels:
              "orders:{storeId}":
                history-size: 100
                history-age: 10m
                presence: announced
              "inbox:{user}":
                subscribe: owner(user)
            ```

            What a claim is compared as, in `claim` and `role`:

            | claim's JSON | equals |
            |---|---|
            | a string | itself, whole: `"a b"` is not `a` |
            | an integer | its decimal digits: `7` is `7`, and not `07` |
            | `true`, `false` | `true`, `false` |
            | an array | whatever one of its elements equals |
            | a number with a fraction or an exponent, `null`, an object, an array in an array, no claim | nothing |

            The user's id (`auth.user-claim`) must be a string. Times: `exp` is required and has no grace, `nbf` may be 30 s
            ahead, and a token that begins later is refused until then (the client comes back). `iat` never decides; one that is
            more than 30 s ahead is logged, since the issuer's clock is wrong. All three are seconds since 1970, with or
            without a fraction; a text, or milliseconds, make the token invalid. `aud` may be a list that contains
            `auth.audience`.

            """;

    private static final String SOURCES =
            """

            ## A source of changes

            Under `sources`, by a name of your own. A node follows the database's tables by logical replication (Postgres 14 or newer,
            `wal_level=logical`) and publishes each committed change by every mapping of its table. Clients subscribe to the channels
            that `channels` has rules for. `/ready` holds only while every source is followed.

            ```yaml
            channels:
              "orders:{store}":
                history-size: 100
            sources:
              shop:
                url: jdbc:postgresql://db.example:5432/shop
                user: fanfare
                password: ...
                mappings:
                  orders-of-a-store:
                    table: orders
                    channel: "orders:{store_id}"
                    where: status <> 'draft'
                    columns: [id, status, total as amount]
            ```

            """;

    private static final String MAPPINGS =
            """

            ## A mapping of a source

            A row is in a channel while its condition holds and its columns name that channel: an update that takes it there is told as
            `insert`, one that takes it away as `delete`. To tell the second, Postgres has to send rows as they were:
            `alter table orders replica identity full`; a start without it warns. Without it, deletions are told only where the
            key says in which channel the row was, an update that leaves alone a long value (TOAST) does not have it (`unchanged`
            in the payload `change` names it), and one whose `where` or channel depends on such a value is a gap in its channels.
            `fanfare_source_lost_total` counts what could not be published.

            [Types of Postgres in a payload](postgres-types.md) has the JSON of each type.

            The columns that a mapping names must be published. A source whose table is missing, or lacks such a column, is not
            followed: `/ready` is 503 and the log says why. A table that was dropped and created again, swapped, or taken out of
            the publication is followed again by itself, after a gap in all channels of the source.

            A value with a `:` or another character that channels' names do not have
            leads nowhere.

            """;
}
