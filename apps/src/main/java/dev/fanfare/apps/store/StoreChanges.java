// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Database;
import dev.fanfare.apps.Json;
import dev.fanfare.core.InvalidMessage;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Changes the store's data, and then tells of it.
///
/// What is to be told is written in the change's own transaction, and published once that is
/// committed, under a lock of the audience that spans both: clients hear of changes in the order in
/// which the database has them, whichever node they came to. What could not be published, because
/// the engine did not answer or the node died, waits in the table and goes first the next time; an
/// event's id is its idempotency key. Every method blocks.
final class StoreChanges {
    private static final Logger LOG = LoggerFactory.getLogger(StoreChanges.class);
    private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(5);
    private static final int BATCH = 500;

    private final DataSource database;
    private final Herald herald;

    StoreChanges(DataSource database, Herald herald) {
        this.database = database;
        this.herald = herald;
    }

    /// An event, and its data.
    record Told(StoreEvent event, ObjectNode data) {}

    /// @param answer what whoever asked is answered
    record Done(ObjectNode answer, List<Told> told) {
        static Done of(StoreEvent event, ObjectNode data) {
            return new Done(data, List.of(new Told(event, data)));
        }
    }

    /// Changes something, on a connection with a transaction; empty when what is to be changed does
    /// not exist.
    interface Deed {
        Optional<Done> apply(Connection connection) throws SQLException, InvalidMessage;
    }

    /// @param audience that is told
    Optional<ObjectNode> apply(String audience, Deed deed) throws Exception {
        return Database.locked(
                database,
                audience,
                connection -> {
                    Optional<Done> done = commit(connection, audience, deed);
                    if (done.isPresent()) {
                        publish(connection, audience);
                    }
                    return done.map(Done::answer);
                });
    }

    private static Optional<Done> commit(Connection connection, String audience, Deed deed)
            throws SQLException, InvalidMessage {
        connection.setAutoCommit(false);
        try {
            Optional<Done> done = deed.apply(connection);
            if (done.isPresent()) {
                note(connection, audience, done.get().told());
                connection.commit();
            } else {
                connection.rollback();
            }
            return done;
        } catch (SQLException | InvalidMessage | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void note(Connection connection, String audience, List<Told> told)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into store_event (audience, event, data) values (?, ?, ?)")) {
            for (Told each : told) {
                insert.setString(1, audience);
                insert.setString(2, each.event().name());
                insert.setString(3, new String(Json.write(each.data()), StandardCharsets.UTF_8));
                insert.executeUpdate();
            }
        }
    }

    private record Waiting(long id, StoreEvent event, byte[] data) {}

    /// What was committed stays so, whatever becomes of this: it is tried again.
    private void publish(Connection connection, String audience) {
        try {
            for (List<Waiting> batch = waiting(connection, audience);
                    !batch.isEmpty();
                    batch = waiting(connection, audience)) {
                for (Waiting event : batch) {
                    herald.tell(audience, event.event, event.data, "store-" + event.id)
                            .toCompletableFuture()
                            .get(PUBLISH_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
                    LOG.debug("told: event={}, audience={}", event.event.wire(), audience);
                }
                forget(connection, audience, batch.getLast().id);
            }
        } catch (Exception e) {
            LOG.warn("events of {} could not be published; they wait", audience, e);
        }
    }

    private static List<Waiting> waiting(Connection connection, String audience)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select id, event, data from store_event where audience = ?"
                                + " order by id limit "
                                + BATCH)) {
            select.setString(1, audience);
            List<Waiting> events = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.add(
                            new Waiting(
                                    row.getLong(1),
                                    StoreEvent.valueOf(row.getString(2)),
                                    row.getString(3).getBytes(StandardCharsets.UTF_8)));
                }
            }
            return events;
        }
    }

    private static void forget(Connection connection, String audience, long upTo)
            throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(
                        "delete from store_event where audience = ? and id <= ?")) {
            delete.setString(1, audience);
            delete.setLong(2, upTo);
            delete.executeUpdate();
        }
    }

    /// Tells what still waits to be told.
    void publishWaiting() throws Exception {
        for (String audience : audiences()) {
            Database.locked(
                    database,
                    audience,
                    connection -> {
                        publish(connection, audience);
                        return audience;
                    });
        }
    }

    private List<String> audiences() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select distinct audience from store_event");
                ResultSet row = select.executeQuery()) {
            List<String> audiences = new ArrayList<>();
            while (row.next()) {
                audiences.add(row.getString(1));
            }
            return audiences;
        }
    }
}
