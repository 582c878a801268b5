// SPDX-License-Identifier: Apache-2.0
/// A shop's live updates: profiles, orders, customers, and who of its staff is here.
@NullMarked
package dev.fanfare.apps.store;

import org.jspecify.annotations.NullMarked;
