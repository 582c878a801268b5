// SPDX-License-Identifier: Apache-2.0
/// [dev.fanfare.changes.PostgresChanges] follows the tables of a Postgres database through a
/// replication slot, and tells a [dev.fanfare.changes.Listener] of every committed change of a row,
/// in the order of the commits.
@NullMarked
package dev.fanfare.changes;

import org.jspecify.annotations.NullMarked;
