// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;

/// A figure among the node's metrics. Quick to ask, from any thread.
///
/// @param name behind `fanfare.`, in lower case with dots
/// @param labels of few values each: never a user or a channel
public record Figure(
        Kind kind,
        String name,
        String description,
        Map<String, String> labels,
        DoubleSupplier value) {

    public enum Kind {
        /// Goes up only.
        COUNTER,
        GAUGE
    }

    public Figure {
        labels = Map.copyOf(labels);
    }

    public static Figure counter(String name, String description, DoubleSupplier value) {
        return new Figure(Kind.COUNTER, name, description, Map.of(), value);
    }

    public static Figure gauge(String name, String description, DoubleSupplier value) {
        return new Figure(Kind.GAUGE, name, description, Map.of(), value);
    }

    public Figure label(String label, String labelValue) {
        Map<String, String> more = new TreeMap<>(labels);
        more.put(label, labelValue);
        return new Figure(kind, name, description, more, value);
    }
}
