// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

/// Answers requests. Runs on a virtual thread and may block for up to `HttpLimits.handlerTimeout`:
/// then it is interrupted, and the answer is 503. An [dev.fanfare.core.InvalidMessage] is answered
/// with 400; what else it throws is logged and answered with 500.
@FunctionalInterface
public interface Handler {
    Response handle(Request request) throws Exception;
}
