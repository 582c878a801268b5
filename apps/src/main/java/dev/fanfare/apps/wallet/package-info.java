// SPDX-License-Identifier: Apache-2.0
/// Notifications of a wallet: balances, transfers, prices and stakes as they change.
@NullMarked
package dev.fanfare.apps.wallet;

import org.jspecify.annotations.NullMarked;
