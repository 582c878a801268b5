// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.time.Duration;

/// How much of what is asked of the server.
///
/// @param connections subscribers, callers or idle sessions; or connections opened in all
/// @param bytes size of a payload
/// @param window publications outstanding, when `rate` is 0
/// @param rate publications a second; 0 sends as soon as the window allows
/// @param atOnce handshakes under way at once
/// @param warmup time before the measurement
/// @param time how long is measured
record Load(
        int connections,
        int bytes,
        int window,
        double rate,
        int atOnce,
        Duration warmup,
        Duration time) {}
