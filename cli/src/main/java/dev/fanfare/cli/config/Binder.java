// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fills records from [Node]s by the names of their components, and collects every problem on the
/// way.
final class Binder {
    private final List<String> problems = new ArrayList<>();

    /// @throws InvalidConfiguration names every problem
    static <T extends Record> T bind(Class<T> type, Node node) {
        Binder binder = new Binder();
        T bound = binder.section(type, node, "");
        if (bound == null || !binder.problems.isEmpty()) {
            throw new InvalidConfiguration(binder.problems);
        }
        return bound;
    }

    /// Null when there was a problem below.
    private <T extends Record> @Nullable T section(Class<T> type, Node node, String path) {
        if (!(node instanceof Node.Section(Map<String, Node> entries, _))) {
            problem(node, path + " is a group of keys, not a value.");
            return null;
        }
        RecordComponent[] components = type.getRecordComponents();
        refuseUnknown(entries, components, path);
        int before = problems.size();
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = Names.key(components[i].getName());
            String full = path.isEmpty() ? key : path + "." + key;
            values[i] = value(components[i], entries.get(key), full);
        }
        return problems.size() > before ? null : construct(type, values);
    }

    private void refuseUnknown(
            Map<String, Node> entries, RecordComponent[] components, String path) {
        List<String> known =
                Arrays.stream(components).map(component -> Names.key(component.getName())).toList();
        entries.forEach((name, node) -> {
            if (!known.contains(name)) {
                String group = path.isEmpty() ? "" : " in " + path;
                problem(
                        node,
                        "there is no key '%s'%s; the nearest is '%s'."
                                .formatted(name, group, Names.nearest(name, known)));
            }
        });
    }

    private @Nullable Object value(RecordComponent component, @Nullable Node given, String path) {
        Setting setting = component.getAnnotation(Setting.class);
        Class<?> type = component.getType();
        if (type.isRecord() && type != Size.class && type != Who.class) {
            return section(
                    type.asSubclass(Record.class),
                    given == null ? Node.Section.empty() : given,
                    path);
        }
        if (type == Map.class) {
            return sections(component, given, path);
        }
        if (type == List.class) {
            return texts(given, path);
        }
        Node node = given == null ? new Node.Scalar(setting.initial(), "default") : given;
        Object value =
                node instanceof Node.Scalar(String text, _)
                        ? Scalars.parse(type, text, setting)
                        : null;
        if (value == null) {
            String shown =
                    setting.shown() == Setting.Shown.OPENLY && node instanceof Node.Scalar scalar
                            ? " is '" + scalar.text() + "'"
                            : " is not right";
            problem(node, path + shown + "; allowed is " + Scalars.allowed(type, setting) + ".");
        }
        return value;
    }

    private Map<String, Object> sections(
            RecordComponent component, @Nullable Node given, String path) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (given instanceof Node.Section(Map<String, Node> entries, _)) {
            Type element =
                    ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1];
            entries.forEach((name, node) -> {
                Node group =
                        node instanceof Node.Scalar(String text, _) && text.isEmpty()
                                ? Node.Section.empty()
                                : node;
                Object bound =
                        section(
                                ((Class<?>) element).asSubclass(Record.class),
                                group,
                                path + ".'" + name + "'");
                if (bound != null) {
                    all.put(name, bound);
                }
            });
        } else if (given != null) {
            problem(given, path + " is a group of keys, not a value.");
        }
        return all;
    }

    /// A list, or one text with commas.
    private List<String> texts(@Nullable Node given, String path) {
        return switch (given) {
            case null -> List.of();
            case Node.Scalar(String text, _) ->
                    text.isBlank() ? List.of() : List.of(text.split("\\s*,\\s*"));
            case Node.Items(List<Node> items, _) ->
                    items.stream().map(item -> text(item, path)).toList();
            case Node.Section section -> {
                problem(section, path + " is a list.");
                yield List.of();
            }
        };
    }

    private String text(Node item, String path) {
        if (item instanceof Node.Scalar(String text, _)) {
            return text;
        }
        problem(item, path + " is a list of texts.");
        return "";
    }

    private void problem(Node node, String what) {
        problems.add(node.origin() + ": " + what);
    }

    private static <T extends Record> T construct(Class<T> type, @Nullable Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot construct " + type, e);
        }
    }
}
