// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.core.Environment;
import javax.sql.DataSource;

/// What an app stands on.
///
/// @param database a pool of connections to Postgres
/// @param environment the node's own: its clock must be the configuration's
public record Backing(DataSource database, Environment environment) {}
