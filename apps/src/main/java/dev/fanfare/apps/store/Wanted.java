// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.Candidate;
import dev.fanfare.core.Filter;
import dev.fanfare.core.InvalidMessage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Of a store's events, those that a client has asked for.
///
/// @param events as publications name them
record Wanted(Set<String> events) implements Filter {
    /// @param types in either casing; null for all
    static Filter of(@Nullable List<String> types) throws InvalidMessage {
        if (types == null) {
            return Filter.EVERYTHING;
        }
        EnumSet<StoreEvent> wanted = EnumSet.noneOf(StoreEvent.class);
        for (String type : types) {
            try {
                wanted.add(StoreEvent.valueOf(type.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException | NullPointerException e) {
                throw new InvalidMessage(
                        "data.types", "'data.types' must be a list of types of events.");
            }
        }
        List<String> names = new ArrayList<>();
        wanted.forEach(event -> names.add(event.wire()));
        return new Wanted(Set.copyOf(names));
    }

    @Override
    public boolean passes(Candidate candidate) {
        String event = candidate.content().event();
        return event == null || events.contains(event);
    }
}
