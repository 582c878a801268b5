// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells an endpoint's [Endpoint.Lifecycle] of a session: one thing after another, on virtual
/// threads. Where there is none, nothing is made for it.
record LifecycleHooks(Session session) {
    private static final Logger LOG = LoggerFactory.getLogger(LifecycleHooks.class);

    private interface Hook {
        void run(Endpoint.Lifecycle lifecycle) throws Exception;
    }

    void opened() {
        tell(lifecycle -> lifecycle.opened(session));
    }

    void rejected(Authenticator.Outcome.Rejected why) {
        tell(lifecycle -> lifecycle.rejected(session, why));
    }

    void closed(Close close) {
        tell(lifecycle -> lifecycle.closed(session, close));
    }

    private void tell(Hook hook) {
        Endpoint endpoint = session.endpoint();
        Endpoint.Lifecycle lifecycle = endpoint.lifecycle();
        if (lifecycle.equals(Endpoint.Lifecycle.NONE)) {
            return;
        }
        session.tasks()
                .add(() -> {
                    try {
                        hook.run(lifecycle);
                    } catch (Exception e) {
                        LOG.error(
                                "a lifecycle hook of {} failed, session={}",
                                endpoint.name(),
                                session.id(),
                                e);
                    }
                });
    }
}
