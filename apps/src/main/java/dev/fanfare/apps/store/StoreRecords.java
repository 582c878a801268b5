// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Json;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.engine.Clock;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What stores have, in Postgres: records of fields. Every method blocks.
final class StoreRecords {
    private static final int MOST_FIELDS = 100;

    private final Clock clock;

    StoreRecords(Clock clock) {
        this.clock = clock;
    }

    enum Kind {
        USER,
        STORE,
        ORDER,
        CUSTOMER,
        PRODUCT,
        CATEGORY;

        private String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Which record.
    ///
    /// @param store empty for a user, who is in no store or in many
    record Key(Kind kind, String store, String id) {}

    /// A record before and after a change.
    record Merged(ObjectNode before, ObjectNode after) {
        /// The fields that are not what they were: `{"email":true}`.
        ObjectNode updatedFields() {
            ObjectNode names = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> field : after.properties()) {
                if (!field.getValue().equals(before.get(field.getKey()))) {
                    names.put(field.getKey(), true);
                }
            }
            return names;
        }
    }

    /// Puts the fields over those that the record has; one that does not exist has none.
    Merged put(Connection connection, Key key, ObjectNode fields)
            throws SQLException, InvalidMessage {
        ObjectNode before = find(connection, key).orElseGet(JsonNodeFactory.instance::objectNode);
        return write(connection, key, before, fields);
    }

    /// Puts the fields over those of a record that exists.
    Optional<Merged> change(Connection connection, Key key, ObjectNode fields)
            throws SQLException, InvalidMessage {
        Optional<ObjectNode> before = find(connection, key);
        return before.isEmpty()
                ? Optional.empty()
                : Optional.of(write(connection, key, before.get(), fields));
    }

    private static Optional<ObjectNode> find(Connection connection, Key key)
            throws SQLException, InvalidMessage {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select fields from store_record"
                                + " where kind = ? and store_id = ? and id = ? for update")) {
            select.setString(1, key.kind.column());
            select.setString(2, key.store);
            select.setString(3, key.id);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                Json.read(
                                        row.getString(1).getBytes(StandardCharsets.UTF_8),
                                        ObjectNode.class))
                        : Optional.empty();
            }
        }
    }

    /// A record, and which it is.
    record Listed(String id, ObjectNode fields) {}

    /// What a store has of a kind, changed last first.
    List<Listed> list(Connection connection, Kind kind, String store, int most)
            throws SQLException, InvalidMessage {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select id, fields from store_record where kind = ? and store_id = ?"
                                + " order by updated_at desc, id desc limit ?")) {
            select.setString(1, kind.column());
            select.setString(2, store);
            select.setInt(3, most);
            List<Listed> all = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    byte[] fields = row.getString(2).getBytes(StandardCharsets.UTF_8);
                    all.add(new Listed(row.getString(1), Json.read(fields, ObjectNode.class)));
                }
            }
            return all;
        }
    }

    private Merged write(Connection connection, Key key, ObjectNode before, ObjectNode fields)
            throws SQLException, InvalidMessage {
        ObjectNode after = before.deepCopy();
        after.setAll(fields);
        if (after.size() > MOST_FIELDS) {
            throw new InvalidMessage(
                    null,
                    "The record would have "
                            + after.size()
                            + " fields; "
                            + MOST_FIELDS
                            + " are allowed.");
        }
        try (PreparedStatement upsert =
                connection.prepareStatement(
                        """
                        insert into store_record (kind, store_id, id, fields, updated_at)
                        values (?, ?, ?, ?::jsonb, ?)
                        on conflict (kind, store_id, id)
                        do update set fields = excluded.fields, updated_at = excluded.updated_at\
                        """)) {
            upsert.setString(1, key.kind.column());
            upsert.setString(2, key.store);
            upsert.setString(3, key.id);
            upsert.setString(4, new String(Json.write(after), StandardCharsets.UTF_8));
            upsert.setTimestamp(5, new Timestamp(clock.millis()));
            upsert.executeUpdate();
        }
        return new Merged(before, after);
    }

    long nextOrder(Connection connection) throws SQLException {
        return next(connection, "select nextval('store_order_number')");
    }

    long nextCustomer(Connection connection) throws SQLException {
        return next(connection, "select nextval('store_customer_number')");
    }

    private static long next(Connection connection, String query) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query);
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
