// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells an endpoint's [Endpoint.Lifecycle] of a session: one thing after another, on virtual
/// threads, and never beside a message handler. Where there is none, nothing is made for it.
record LifecycleHooks(Session session) {
    private static final Logger LOG = LoggerFactory.getLogger(LifecycleHooks.class);

    private interface Hook {
        void run(Endpoint.Lifecycle lifecycle) throws Exception;
    }

    void opened() {
        tell("opened", lifecycle -> lifecycle.opened(session));
    }

    void rejected(Authenticator.Outcome.Rejected why) {
        tell("rejected", lifecycle -> lifecycle.rejected(session, why));
    }

    void closed(Close close) {
        tell("closed", lifecycle -> lifecycle.closed(session, close));
    }

    private void tell(String name, Hook hook) {
        Endpoint endpoint = session.endpoint();
        Endpoint.Lifecycle lifecycle = endpoint.lifecycle();
        if (lifecycle.equals(Endpoint.Lifecycle.NONE)) {
            return;
        }
        session.tasks()
                .add(
                        new SerialTasks.Task(
                                name,
                                () -> run(name, hook),
                                LifecycleHooks::nothing,
                                SerialTasks.Concurrency.EXCLUSIVE));
    }

    private Runnable run(String name, Hook hook) {
        Endpoint endpoint = session.endpoint();
        try {
            hook.run(endpoint.lifecycle());
        } catch (Exception | Error e) {
            LOG.error(
                    "the lifecycle hook {} of {} failed, session={}",
                    name,
                    endpoint.name(),
                    session.id(),
                    e);
        }
        return LifecycleHooks::nothing;
    }

    /// The session goes on, or has ended, in any case.
    private static void nothing() {}
}
