// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/// Keeps what one logger is told while it is open.
public final class Logged implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private Logged(Logger logger) {
        this.logger = logger;
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

    public List<String> lines() {
        return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
    }
}
