// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Secrets;
import dev.fanfare.engine.Clock;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/// Who is signed in, in Postgres. Every method blocks.
final class SignIns {
    private static final int TOKEN_BITS = 256;
    private static final int ID_BITS = 128;

    private final DataSource database;
    private final Clock clock;
    private final ChatSettings settings;

    SignIns(DataSource database, Clock clock, ChatSettings settings) {
        this.database = database;
        this.clock = clock;
        this.settings = settings;
    }

    /// A new session, and the only copy of the token that stands for it.
    record Created(String token, SignedIn signedIn) {}

    /// Signs in whoever has this e-mail; the first time, that makes a user.
    Created create(String email) throws SQLException {
        String token = Secrets.random(TOKEN_BITS);
        String hash = Secrets.hash(token);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                SignedIn signedIn = insert(connection, hash, email);
                connection.commit();
                return new Created(token, signedIn);
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private SignedIn insert(Connection connection, String hash, String email) throws SQLException {
        try (PreparedStatement user =
                        connection.prepareStatement(
                                """
                                insert into chat_user (id, email, role) values (?, ?, ?)
                                on conflict (email) do update
                                set role = case when excluded.role = 'admin' then 'admin'
                                           else chat_user.role end
                                returning id, role\
                                """);
                PreparedStatement session =
                        connection.prepareStatement(
                                "insert into chat_session (token_hash, user_id, expires_at)"
                                        + " values (?, ?, ?)")) {
            user.setString(1, Secrets.random(ID_BITS));
            user.setString(2, email);
            user.setString(3, settings.admins().contains(email) ? SignedIn.ADMIN : SignedIn.MEMBER);
            try (ResultSet row = user.executeQuery()) {
                row.next();
                String id = row.getString(1);
                session.setString(1, hash);
                session.setString(2, id);
                session.setTimestamp(
                        3, new Timestamp(clock.millis() + settings.sessionLifetime().toMillis()));
                session.executeUpdate();
                return new SignedIn(hash, new ChatUser(id, email), row.getString(2));
            }
        }
    }

    Optional<SignedIn> find(String token) throws SQLException {
        String hash = Secrets.hash(token);
        try (Connection connection = database.getConnection();
                PreparedStatement query =
                        connection.prepareStatement(
                                """
                                select u.id, u.email, u.role
                                from chat_session s join chat_user u on u.id = s.user_id
                                where s.token_hash = ? and s.expires_at > ?\
                                """)) {
            query.setString(1, hash);
            query.setTimestamp(2, new Timestamp(clock.millis()));
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new SignedIn(
                                        hash,
                                        new ChatUser(row.getString(1), row.getString(2)),
                                        row.getString(3)))
                        : Optional.empty();
            }
        }
    }

    /// Of these sessions, the roles of those that are still good, by their hash.
    Map<String, String> roles(Collection<String> hashes) throws SQLException {
        Map<String, String> roles = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement query =
                        connection.prepareStatement(
                                """
                                select s.token_hash, u.role
                                from chat_session s join chat_user u on u.id = s.user_id
                                where s.token_hash = any (?) and s.expires_at > ?\
                                """)) {
            Array array = connection.createArrayOf("text", hashes.toArray());
            query.setArray(1, array);
            query.setTimestamp(2, new Timestamp(clock.millis()));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    roles.put(row.getString(1), row.getString(2));
                }
            }
            array.free();
        }
        return roles;
    }

    void revoke(String hash) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement(
                                "delete from chat_session where token_hash = ?")) {
            delete.setString(1, hash);
            delete.executeUpdate();
        }
    }

    /// Deletes what has expired.
    void sweep() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement(
                                "delete from chat_session where expires_at <= ?")) {
            delete.setTimestamp(1, new Timestamp(clock.millis()));
            delete.executeUpdate();
        }
    }
}
