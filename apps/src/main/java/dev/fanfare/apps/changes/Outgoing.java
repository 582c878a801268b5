// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.engine.Content;

/// What is published because of a change.
///
/// @param key publishing it again, after a restart, changes nothing; unique in its channel for each
///   change
public record Outgoing(String channel, Content content, String key) {}
