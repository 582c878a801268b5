// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.apps.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// The table `public.kyc_status`, read only. Every method blocks.
final class StatusTable {
    /// One statement, so that the row and the snapshot belong together.
    private static final String QUERY =
            """
            select s.user_id, s.status, s.verification_level, s.updated_at::text,
                   pg_current_snapshot()::text,
                   pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')
            from (select 1) as one left join public.kyc_status s on s.user_id = ?\
            """;

    private final DataSource database;

    StatusTable(DataSource database) {
        this.database = database;
    }

    /// What was found.
    ///
    /// @param row null for a user who has none
    /// @param saw which transactions the row holds
    /// @param log where the log had been written to: no transaction that the row holds lies behind
    record Reading(@Nullable KycStatus row, Visibility saw, long log) {}

    /// Makes the table, with three users in it, where there is none.
    void createIfMissing() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet known =
                        statement.executeQuery("select to_regclass('public.kyc_status')")) {
            if (known.next() && known.getString(1) != null) {
                return;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot look for the table public.kyc_status", e);
        }
        Database.create(database, StatusTable.class, "kyc.sql");
    }

    Reading read(String userId) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement(QUERY)) {
            // Of whatever type the column is.
            query.setObject(1, userId, Types.OTHER);
            query.setQueryTimeout(5);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                KycStatus row =
                        rows.getString(1) == null
                                ? null
                                : new KycStatus(
                                        userId,
                                        rows.getString(2),
                                        rows.getString(3),
                                        rows.getString(4));
                return new Reading(
                        row,
                        Visibility.parse(rows.getString(5)),
                        rows.getBigDecimal(6).longValue());
            }
        }
    }
}
