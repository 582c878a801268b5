// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.SQLException;
import java.util.Optional;

/// What a person can do about an error of the database. Codes: PostgreSQL documentation,
/// "PostgreSQL Error Codes".
final class Advice {
    private Advice() {}

    /// Empty when nobody need do anything: the next try may succeed.
    static Optional<ChangesException> on(SQLException error, Settings settings) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        String advice =
                switch (state) {
                    case "28P01", "28000" ->
                            "Postgres does not let "
                                    + settings.user()
                                    + " in: check user and password, and that pg_hba.conf lets this"
                                    + " machine in";
                    case "3D000" -> "there is no such database: check the url";
                    case "42501" ->
                            settings.user()
                                    + " lacks a permission: ALTER ROLE "
                                    + Sql.quoted(settings.user())
                                    + " REPLICATION, and GRANT SELECT on the tables";
                    case "53400" ->
                            "all replication slots are in use: drop one that nobody needs (select *"
                                    + " from pg_replication_slots), or raise max_replication_slots"
                                    + " and restart Postgres";
                    case "53300" ->
                            "Postgres takes no more connections: raise max_wal_senders or"
                                    + " max_connections and restart it";
                    case "42704" ->
                            "something that the stream needs was dropped, such as the publication "
                                    + settings.publication();
                    default -> "";
                };
        return advice.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ChangesException(advice + " (" + error.getMessage() + ")", error));
    }

    /// Whether trying again helps without a person: these pass by themselves.
    static boolean passes(SQLException error) {
        String state = error.getSQLState();
        return state != null && state.startsWith("53");
    }
}
