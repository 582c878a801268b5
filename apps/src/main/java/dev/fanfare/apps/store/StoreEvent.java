// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What clients are told of.
public enum StoreEvent {
    PROFILE_UPDATED,
    USER_JOINED,
    USER_LEFT,
    ORDER_CREATED,
    ORDER_UPDATED,
    ORDER_STATUS_CHANGED,
    CUSTOMER_CREATED,
    CUSTOMER_UPDATED,
    STORE_UPDATED,
    PRODUCT_UPDATED,
    CATEGORY_UPDATED,
    GENERAL_NOTIFICATION;

    private static final Map<String, StoreEvent> BY_WIRE =
            Arrays.stream(values())
                    .collect(Collectors.toUnmodifiableMap(StoreEvent::wire, Function.identity()));

    /// How an event is written on the wire.
    public enum Casing {
        /// `order_created`.
        LOWER,
        /// `ORDER_CREATED`.
        UPPER
    }

    /// The event as publications name it, whatever the wire of a node looks like: lower snake case.
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What is sent for a publication's event; a name that is none of these is sent as it is.
    static String written(String event, Casing casing) {
        return casing == Casing.UPPER && BY_WIRE.containsKey(event)
                ? event.toUpperCase(Locale.ROOT)
                : event;
    }
}
