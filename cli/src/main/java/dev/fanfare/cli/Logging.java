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
        Logger ours = (Logger) LoggerFactory.getLogger("dev.fanfare");
        ours.setLevel(Level.valueOf(level.name()));
    }
}
