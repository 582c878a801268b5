// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Keeps what one logger is told while it is open.
public final class Logged implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final @Nullable Level before;

    private Logged(Logger logger) {
        this.logger = logger;
        this.before = logger.getLevel();
    }

    public static Logged by(String name) {
        if (!(LoggerFactory.getLogger(name) instanceof Logger logger)) {
            throw new IllegalStateException("not logback");
        }
        Logged logged = new Logged(logger);
        logged.appender.start();
        logger.addAppender(logged.appender);
        return logged;
    }

    /// Everything from this level on, until it is closed.
    public Logged at(String level) {
        logger.setLevel(Level.toLevel(level));
        return this;
    }

    public List<String> lines() {
        return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
    }
}
