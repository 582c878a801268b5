// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.core.SecurityEvent;
import org.slf4j.LoggerFactory;

/// How much of the log is shown; `logback.xml` has its form.
final class Logging {
    private Logging() {}

    static void set(Config.Log log) {
        level(log.level());
        if (!log.securityFile().isEmpty()) {
            security(log.securityFile());
        }
    }

    /// Security events go to this file, and nowhere else.
    ///
    /// @throws InvalidConfiguration when it cannot be written to
    static void security(String file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %msg%n");
        encoder.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setName("security");
        appender.setFile(file);
        appender.setEncoder(encoder);
        appender.start();
        if (!appender.isStarted()) {
            throw new InvalidConfiguration("log.security-file cannot be written to: " + file);
        }
        Logger logger = context.getLogger(SecurityEvent.LOGGER);
        logger.addAppender(appender);
        logger.setAdditive(false);
    }

    private static void level(Config.Level level) {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(
                level.compareTo(Config.Level.INFO) > 0 ? Level.INFO : Level.valueOf(level.name()));
        level("dev.fanfare", level);
    }

    /// How much of one part is shown.
    static void level(String logger, Config.Level level) {
        Logger part = (Logger) LoggerFactory.getLogger(logger);
        part.setLevel(Level.valueOf(level.name()));
    }
}
