// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.Map;

/// The message handlers of an endpoint, by the names of their messages.
@FunctionalInterface
public interface MessageHandlers {
    /// The handler for messages called `name`: [MessageHandler#UNKNOWN] if no handler takes them.
    MessageHandler find(String name);

    static MessageHandlers of(Map<String, MessageHandler> byName) {
        Map<String, MessageHandler> all = Map.copyOf(byName);
        return name -> all.getOrDefault(name, MessageHandler.UNKNOWN);
    }
}
