// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

/// What clients of a namespace are sent for an event that was not done: no handler is called so, or
/// the handler refused it or failed. A limit that was met is told in both modes, by an `error`
/// event.
public enum ErrorReplies {
    /// Nothing, as with npm's server: no ack, so that the client's `timeout(...)` and `emitWithAck`
    /// fail, and no `error` event. The log has it. An application that wants to tell its clients
    /// why returns that as the ack.
    NONE,
    /// The ack's value is `{"error":{"code","message",...}}`; where no ack was asked for, the
    /// client is sent that object as an `error` event. An existing client takes such an ack for a
    /// success, unless it looks for `error`.
    SENT
}
