// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

/// How many are connected to this node.
///
/// @param totalUsers each counted once
/// @param totalConnections of all of them
public record ConnectionStats(int totalUsers, int totalConnections) {}
