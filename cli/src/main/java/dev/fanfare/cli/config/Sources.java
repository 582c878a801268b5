// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a configuration is read from. Options win over the environment, that over the file, and
/// that over the defaults.
///
/// @param document the file, or null for none
/// @param environment the process's variables; those that begin with `FANFARE_` are settings
/// @param options values by the setting's path, `limits.connections`
public record Sources(
        @Nullable Document document, Map<String, String> environment, Map<String, String> options) {

    /// Variables of the launcher, which are no settings.
    private static final Set<String> OTHERS =
            Set.of("FANFARE_JAVA_HOME", "FANFARE_JAVA_OPTS", "FANFARE_CONFIG");

    /// A configuration file as it was read.
    ///
    /// @param name for messages
    public record Document(String name, String text) {
        /// @throws InvalidConfiguration when it cannot be read
        public static Document of(Path file) {
            try {
                return new Document(file.toString(), Files.readString(file));
            } catch (CharacterCodingException _) {
                throw new InvalidConfiguration(file + ": the file is not UTF-8.");
            } catch (IOException _) {
                throw new InvalidConfiguration(file + ": the file cannot be read.");
            }
        }
    }

    /// @throws InvalidConfiguration says what is wrong, where, and what is allowed
    public Config load() {
        return load(Config.class);
    }

    <T extends Record> T load(Class<T> type) {
        Map<String, RecordComponent> settings = settings(type);
        Node.Section all = document == null ? Node.Section.empty() : read(document);
        List<String> problems = new ArrayList<>();
        Map<String, String> variables = new LinkedHashMap<>();
        settings.keySet().forEach(path -> variables.put(Names.variable(path), path));
        new TreeMap<>(environment)
                .forEach((name, value) -> {
                    String path = variables.get(name);
                    if (path != null) {
                        overlay(all, path, settings, new Node.Scalar(value, name));
                    } else if (name.startsWith(Names.PREFIX) && !OTHERS.contains(name)) {
                        problems.add(
                                "%s: there is no such setting; the nearest is %s."
                                        .formatted(name, Names.nearest(name, variables.keySet())));
                    }
                });
        options.forEach((path, value) -> {
            if (settings.containsKey(path)) {
                overlay(all, path, settings, new Node.Scalar(value, "option " + path));
            } else {
                problems.add(
                        "option %s: there is no such setting; the nearest is %s."
                                .formatted(path, Names.nearest(path, settings.keySet())));
            }
        });
        if (!problems.isEmpty()) {
            throw new InvalidConfiguration(problems);
        }
        return Binder.bind(type, all);
    }

    /// A group, which one variable cannot hold as it is, is written as YAML in one line.
    private static void overlay(
            Node.Section all,
            String path,
            Map<String, RecordComponent> settings,
            Node.Scalar given) {
        RecordComponent component = settings.get(path);
        Node node =
                component != null && component.getType() == Map.class
                        ? Yaml.read(given.text(), _ -> given.origin())
                        : given;
        all.put(List.of(path.split("\\.")), node);
    }

    private static Node.Section read(Document document) {
        Node node = Yaml.read(document.text, line -> document.name + " line " + line);
        if (node instanceof Node.Section section) {
            return section;
        }
        throw new InvalidConfiguration(document.name + ": a configuration is keys with values.");
    }

    /// Every setting by its path, groups left out.
    static Map<String, RecordComponent> settings(Class<?> type) {
        Map<String, RecordComponent> all = new LinkedHashMap<>();
        collect(type, "", all);
        return all;
    }

    private static void collect(Class<?> type, String prefix, Map<String, RecordComponent> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            String path = prefix + Names.key(component.getName());
            Class<?> of = component.getType();
            if (of.isRecord() && of != Size.class && of != Who.class) {
                collect(of, path + ".", into);
            } else {
                into.put(path, component);
            }
        }
    }
}
