// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.util.List;

/// The configuration cannot be used. The message has a line for each reason, made to be shown as it
/// is.
public final class InvalidConfiguration extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidConfiguration(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }

    public InvalidConfiguration(String problem) {
        super(problem);
    }
}
