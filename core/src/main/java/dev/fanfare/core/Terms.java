// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// What a subscription begins with.
record Terms(ChannelRules rules, Start start, Filter filter) {}
