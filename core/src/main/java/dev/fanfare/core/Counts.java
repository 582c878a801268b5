// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// What is here now, and what has passed since the start.
public record Counts(
        int sessions,
        int users,
        int channels,
        int subscriptions,
        long commands,
        long published,
        long delivered,
        long gaps,
        long recovered,
        long notRecovered,
        long slowClosed) {}
