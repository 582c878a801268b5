// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Database;
import dev.fanfare.apps.Json;
import dev.fanfare.core.Hub;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.engine.Content;
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
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Changes the store's data, and then tells of it.
///
/// What is to be told is written in the change's own transaction, and published once that is
/// committed, under a lock of the channel that spans both: clients hear of changes in the order in
/// which the database has them, whichever node they came to. What could not be published, because
/// the engine did not answer or the node died, waits in the table and goes first the next time; an
/// event's id is its idempotency key. Every method blocks.
final class StoreChanges {
    private static final Logger LOG = LoggerFactory.getLogger(StoreChanges.class);
    private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(5);
    private static final int BATCH = 500;

    private final DataSource database;
    private final Supplier<Hub> hub;

    StoreChanges(DataSource database, Supplier<Hub> hub) {
        this.database = database;
        this.hub = hub;
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

    /// @param channel that is told
    Optional<ObjectNode> apply(String channel, Deed deed) throws Exception {
        return Database.locked(
                database,
                channel,
                connection -> {
                    Optional<Done> done = commit(connection, channel, deed);
                    if (done.isPresent()) {
                        publish(connection, channel);
                    }
                    return done.map(Done::answer);
                });
    }

    private static Optional<Done> commit(Connection connection, String channel, Deed deed)
            throws SQLException, InvalidMessage {
        connection.setAutoCommit(false);
        try {
            Optional<Done> done = deed.apply(connection);
            if (done.isPresent()) {
                note(connection, channel, done.get().told());
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

    private static void note(Connection connection, String channel, List<Told> told)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into store_event (channel, event, data) values (?, ?, ?)")) {
            for (Told each : told) {
                insert.setString(1, channel);
                insert.setString(2, each.event().wire());
                insert.setString(3, new String(Json.write(each.data()), StandardCharsets.UTF_8));
                insert.executeUpdate();
            }
        }
    }

    private record Waiting(long id, String event, byte[] data) {}

    /// What was committed stays so, whatever becomes of this: it is tried again.
    private void publish(Connection connection, String channel) {
        try {
            for (List<Waiting> batch = waiting(connection, channel);
                    !batch.isEmpty();
                    batch = waiting(connection, channel)) {
                for (Waiting event : batch) {
                    hub.get()
                            .channel(channel)
                            .publish(Content.of(event.event, event.data), "store-" + event.id)
                            .toCompletableFuture()
                            .get(PUBLISH_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
                    LOG.debug("told: event={}, channel={}", event.event, channel);
                }
                forget(connection, channel, batch.getLast().id);
            }
        } catch (Exception e) {
            LOG.warn("events of {} could not be published; they wait", channel, e);
        }
    }

    private static List<Waiting> waiting(Connection connection, String channel)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select id, event, data from store_event where channel = ?"
                                + " order by id limit "
                                + BATCH)) {
            select.setString(1, channel);
            List<Waiting> events = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.add(
                            new Waiting(
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getString(3).getBytes(StandardCharsets.UTF_8)));
                }
            }
            return events;
        }
    }

    private static void forget(Connection connection, String channel, long upTo)
            throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(
                        "delete from store_event where channel = ? and id <= ?")) {
            delete.setString(1, channel);
            delete.setLong(2, upTo);
            delete.executeUpdate();
        }
    }

    /// Tells what still waits to be told.
    void publishWaiting() throws Exception {
        for (String channel : channels()) {
            Database.locked(
                    database,
                    channel,
                    connection -> {
                        publish(connection, channel);
                        return channel;
                    });
        }
    }

    private List<String> channels() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select distinct channel from store_event");
                ResultSet row = select.executeQuery()) {
            List<String> channels = new ArrayList<>();
            while (row.next()) {
                channels.add(row.getString(1));
            }
            return channels;
        }
    }
}
