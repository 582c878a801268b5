// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

/// What `subscribed` said of the publications after the position that was asked for.
public enum Recovered {
    /// No position was given.
    NOT_ASKED,
    /// Everything after it follows.
    YES,
    /// Something is lost, and the subscription begins anew.
    NO
}
