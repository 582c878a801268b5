// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.server.Fanfare;

/// An app that was installed on a node's configuration.
public interface App extends AutoCloseable {
    /// The node runs, and with it the app's listener.
    void started(Fanfare fanfare);

    /// Ends what the app does by itself; the connections are the node's to close.
    @Override
    void close();
}
