// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

/// A number of bytes.
public record Size(int bytes) {}
