// SPDX-License-Identifier: Apache-2.0
/// The configuration: records that say what can be set, and one loader that fills them from a YAML
/// file, the environment and options.
@NullMarked
package dev.fanfare.cli.config;

import org.jspecify.annotations.NullMarked;
