// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.fanfare.cli.config.Config;
import org.slf4j.LoggerFactory;

/// How much of the log is shown; `logback.xml` has its form.
final class Logging {
    private Logging() {}

    static void level(Config.Level level) {
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
