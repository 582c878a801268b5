// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.Database;
import dev.fanfare.core.Hub;
import dev.fanfare.engine.Clock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;

/// Changes a session's status: in the database first, then at every client that watches.
///
/// Two changes of one session must reach the clients in the order in which the database has them,
/// whichever nodes they came to. So a lock of the session, held in the database, spans both steps.
/// Every method blocks.
final class StatusChanges {
    private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(5);

    private final DataSource database;
    private final Clock clock;
    private final Supplier<Hub> hub;

    StatusChanges(DataSource database, Clock clock, Supplier<Hub> hub) {
        this.database = database;
        this.clock = clock;
        this.hub = hub;
    }

    enum Outcome {
        APPLIED,
        /// This delivery was seen before.
        REPEATED,
        /// Nothing overrides `completed`.
        FINAL,
        UNKNOWN_SESSION
    }

    /// What the platform has told us.
    Outcome delivered(Delivery delivery) throws Exception {
        return locked(delivery.sessionId(), connection -> deliver(connection, delivery));
    }

    private Outcome deliver(Connection connection, Delivery delivery) throws Exception {
        connection.setAutoCommit(false);
        Optional<ConnectionStatus> changed;
        try {
            if (!exists(connection, delivery.sessionId())) {
                connection.rollback();
                return Outcome.UNKNOWN_SESSION;
            }
            if (!note(connection, delivery)) {
                connection.rollback();
                return Outcome.REPEATED;
            }
            changed = update(connection, delivery);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
        if (changed.isEmpty()) {
            return Outcome.FINAL;
        }
        try {
            publish(changed.get());
        } catch (Exception e) {
            forget(connection, delivery);
            throw e;
        }
        return Outcome.APPLIED;
    }

    /// So that the platform's next attempt is a new one.
    private static void forget(Connection connection, Delivery delivery) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from connect_delivery where delivery_id = ?")) {
            delete.setString(1, delivery.deliveryId());
            delete.executeUpdate();
        }
    }

    private static boolean exists(Connection connection, String sessionId) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select 1 from connect_session where id = ?")) {
            select.setString(1, sessionId);
            return select.executeQuery().next();
        }
    }

    private boolean note(Connection connection, Delivery delivery) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        """
                        insert into connect_delivery (delivery_id, session_id, status, received_at)
                        values (?, ?, ?, ?) on conflict (delivery_id) do nothing\
                        """)) {
            insert.setString(1, delivery.deliveryId());
            insert.setString(2, delivery.sessionId());
            insert.setString(3, delivery.status());
            insert.setTimestamp(4, new Timestamp(clock.millis()));
            return insert.executeUpdate() == 1;
        }
    }

    private Optional<ConnectionStatus> update(Connection connection, Delivery delivery)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        """
                        update connect_session set status = ?, updated_at = ?
                        where id = ? and status <> 'completed'
                        returning id, status, updated_at\
                        """)) {
            update.setString(1, delivery.status());
            update.setTimestamp(2, new Timestamp(clock.millis()));
            update.setString(3, delivery.sessionId());
            return ConnectSessions.one(update);
        }
    }

    /// Nobody came in time.
    Outcome expired(String sessionId) throws Exception {
        return locked(
                sessionId,
                connection -> {
                    Optional<ConnectionStatus> changed = abandon(connection, sessionId);
                    if (changed.isEmpty()) {
                        return Outcome.FINAL;
                    }
                    publish(changed.get());
                    return Outcome.APPLIED;
                });
    }

    private Optional<ConnectionStatus> abandon(Connection connection, String sessionId)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        """
                        update connect_session set status = 'abandoned', updated_at = ?
                        where id = ? and expires_at <= ?
                        and status not in ('active', 'completed', 'abandoned', 'error')
                        returning id, status, updated_at\
                        """)) {
            Timestamp now = new Timestamp(clock.millis());
            update.setTimestamp(1, now);
            update.setString(2, sessionId);
            update.setTimestamp(3, now);
            return ConnectSessions.one(update);
        }
    }

    private void publish(ConnectionStatus status) throws Exception {
        hub.get()
                .channel(ConnectionStatus.channel(status.sessionId()))
                .publish(status.content(), null)
                .toCompletableFuture()
                .get(PUBLISH_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Outcome locked(String sessionId, Database.Step<Outcome> change) throws Exception {
        return Database.locked(database, ConnectionStatus.channel(sessionId), change);
    }
}
