// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The servers that the tests run on, one of each version for the whole run, stopped at its end.
final class Servers implements BeforeAllCallback {
    private record Running(List<Server> servers) implements AutoCloseable {
        @Override
        public void close() {
            servers.forEach(Server::close);
        }
    }

    private static List<Server> running = List.of();

    Servers() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        running =
                context.getRoot()
                        .getStore(ExtensionContext.Namespace.create(Servers.class))
                        .computeIfAbsent(Running.class, _ -> start(), Running.class)
                        .servers();
    }

    private static Running start() {
        List<Server> servers = new ArrayList<>();
        servers.add(Server.embedded());
        Server.debian().ifPresent(servers::add);
        return new Running(servers);
    }

    /// The embedded one first.
    static List<Server> all() {
        return running;
    }
}
