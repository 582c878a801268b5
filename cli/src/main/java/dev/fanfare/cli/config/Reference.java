// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;

/// The reference page, made of the records' own words.
final class Reference {
    private Reference() {}

    static String page() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        page.append("| key | variable | default | allowed | meaning |\n|---|---|---|---|---|\n");
        Sources.settings(Config.class)
                .forEach((path, component) -> page.append(row(path, component)));
        page.append(CHANNELS);
        page.append("| key | default | allowed | meaning |\n|---|---|---|---|\n");
        for (Map.Entry<String, RecordComponent> entry :
                Sources.settings(Config.ChannelSettings.class).entrySet()) {
            Setting setting = entry.getValue().getAnnotation(Setting.class);
            page.append(
                    "| `%s` | `%s` | %s | %s |\n"
                            .formatted(
                                    entry.getKey(),
                                    setting.initial(),
                                    Scalars.allowed(entry.getValue().getType(), setting),
                                    setting.value()));
        }
        return page.toString();
    }

    private static String row(String path, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        String initial = setting.initial().isEmpty() ? "none" : "`" + setting.initial() + "`";
        return "| `%s` | `%s` | %s | %s | %s |\n"
                .formatted(
                        path,
                        Names.variable(path),
                        initial,
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

            """;
}
