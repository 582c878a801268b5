// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.Secrets;
import dev.fanfare.engine.Clock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/// The sessions of wallets that are being connected, in Postgres. Every method blocks.
final class ConnectSessions {
    private static final int TOKEN_BITS = 256;
    private static final int ID_BITS = 128;
    private static final Duration KEPT = Duration.ofDays(1);

    private final DataSource database;
    private final Clock clock;

    ConnectSessions(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /// A new session, and the only copy of its token.
    record Created(String sessionId, String invitationUrl, String token, Instant expiresAt) {}

    Created create(Invitation.Base base, Duration lifetime) throws SQLException {
        String id = "session-" + Secrets.random(ID_BITS);
        String token = Secrets.random(TOKEN_BITS);
        String url = base.invite(id);
        Instant now = Instant.ofEpochMilli(clock.millis());
        Instant expiresAt = now.plus(lifetime);
        try (Connection connection = database.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement(
                                """
                                insert into connect_session
                                (id, token_hash, status, invitation_url, created_at, updated_at, expires_at)
                                values (?, ?, ?, ?, ?, ?, ?)\
                                """)) {
            insert.setString(1, id);
            insert.setString(2, Secrets.hash(token));
            insert.setString(3, ConnectionStatus.PENDING);
            insert.setString(4, url);
            insert.setTimestamp(5, Timestamp.from(now));
            insert.setTimestamp(6, Timestamp.from(now));
            insert.setTimestamp(7, Timestamp.from(expiresAt));
            insert.executeUpdate();
        }
        return new Created(id, url, token, expiresAt);
    }

    /// Whether the token is the session's.
    boolean verify(String sessionId, String token) throws SQLException {
        return text("select token_hash from connect_session where id = ?", sessionId)
                .filter(hash -> Secrets.same(hash, Secrets.hash(token)))
                .isPresent();
    }

    Optional<String> invitation(String sessionId) throws SQLException {
        return text("select invitation_url from connect_session where id = ?", sessionId);
    }

    private Optional<String> text(String query, String sessionId) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(query)) {
            select.setString(1, sessionId);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }

    Optional<ConnectionStatus> status(String sessionId) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "select id, status, updated_at from connect_session"
                                        + " where id = ?")) {
            select.setString(1, sessionId);
            return one(select);
        }
    }

    /// Sessions that nobody has connected in time, the oldest first.
    List<String> expired(int most) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                """
                                select id from connect_session
                                where expires_at <= ?
                                and status not in ('active', 'completed', 'abandoned', 'error')
                                order by expires_at limit ?\
                                """)) {
            select.setTimestamp(1, new Timestamp(clock.millis()));
            select.setInt(2, most);
            List<String> ids = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    ids.add(row.getString(1));
                }
            }
            return ids;
        }
    }

    /// Deletes what nothing has happened to for a day.
    void forget() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement(
                                "delete from connect_session"
                                        + " where expires_at <= ? and updated_at <= ?")) {
            Timestamp before = new Timestamp(clock.millis() - KEPT.toMillis());
            delete.setTimestamp(1, before);
            delete.setTimestamp(2, before);
            delete.executeUpdate();
        }
    }

    /// Runs a query for at most one status.
    static Optional<ConnectionStatus> one(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next()
                    ? Optional.of(
                            new ConnectionStatus(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getTimestamp(3).toInstant()))
                    : Optional.empty();
        }
    }
}
