// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.store.StoreChanges.Deed;
import dev.fanfare.apps.store.StoreChanges.Done;
import dev.fanfare.apps.store.StoreChanges.Told;
import dev.fanfare.apps.store.StoreRecords.Kind;
import dev.fanfare.apps.store.StoreRecords.Merged;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What can be done to the data of a store, and what is told of it.
final class StoreDeeds {
    private static final String FIRST_STATUS = "pending";

    private final StoreRecords records;

    StoreDeeds(StoreRecords records) {
        this.records = records;
    }

    /// A user unknown until now is created.
    Deed profile(String user, ObjectNode fields) {
        return connection -> {
            Merged profile =
                    records.put(connection, new StoreRecords.Key(Kind.USER, "", user), fields);
            ObjectNode data = object().put("action", "profile_updated");
            data.set("profile", profile.after());
            data.set("updatedFields", profile.updatedFields());
            return Optional.of(Done.of(StoreEvent.PROFILE_UPDATED, data));
        };
    }

    Deed newOrder(String store, ObjectNode fields) {
        return connection -> {
            String number = String.valueOf(records.nextOrder(connection));
            ObjectNode order = object().put("status", FIRST_STATUS);
            order.setAll(fields);
            records.put(connection, new StoreRecords.Key(Kind.ORDER, store, number), order);
            return Optional.of(Done.of(StoreEvent.ORDER_CREATED, order(number, order)));
        };
    }

    /// A status that is another is told of twice: as a change of the order, and as one of the
    /// status.
    Deed order(String store, String number, ObjectNode fields) {
        return connection ->
                records.change(connection, new StoreRecords.Key(Kind.ORDER, store, number), fields)
                        .map(changed -> {
                            ObjectNode data = order(number, changed.after());
                            ObjectNode updated = changed.updatedFields();
                            data.set("updatedFields", updated);
                            List<Told> told = new ArrayList<>();
                            told.add(new Told(StoreEvent.ORDER_UPDATED, data));
                            if (updated.has("status")) {
                                told.add(
                                        new Told(
                                                StoreEvent.ORDER_STATUS_CHANGED,
                                                status(number, changed)));
                            }
                            return new Done(data, told);
                        });
    }

    private static ObjectNode order(String number, ObjectNode fields) {
        ObjectNode data = object().put("orderNumber", number);
        data.setAll(fields);
        return data;
    }

    private static ObjectNode status(String number, Merged order) {
        ObjectNode data = object().put("orderNumber", number);
        data.set("status", order.after().path("status"));
        data.set("previousStatus", order.before().path("status"));
        return data;
    }

    Deed newCustomer(String store, ObjectNode fields) {
        return connection -> {
            String id = "customer" + records.nextCustomer(connection);
            Merged created =
                    records.put(connection, new StoreRecords.Key(Kind.CUSTOMER, store, id), fields);
            ObjectNode data = customer(id, created.after(), "created");
            return Optional.of(Done.of(StoreEvent.CUSTOMER_CREATED, data));
        };
    }

    Deed customer(String store, String id, ObjectNode fields) {
        return connection ->
                records.change(connection, new StoreRecords.Key(Kind.CUSTOMER, store, id), fields)
                        .map(changed -> {
                            ObjectNode data = customer(id, changed.after(), "updated");
                            data.set("updatedFields", changed.updatedFields());
                            return Done.of(StoreEvent.CUSTOMER_UPDATED, data);
                        });
    }

    private static ObjectNode customer(String id, ObjectNode fields, String action) {
        ObjectNode data = fields.deepCopy();
        data.put("customerId", id).put("action", action);
        return data;
    }

    /// A store unknown until now is created.
    Deed store(String store, ObjectNode fields) {
        return put(
                new StoreRecords.Key(Kind.STORE, store, store), fields, StoreEvent.STORE_UPDATED);
    }

    /// A product unknown until now is created.
    Deed product(String store, String id, ObjectNode fields) {
        return put(
                new StoreRecords.Key(Kind.PRODUCT, store, id), fields, StoreEvent.PRODUCT_UPDATED);
    }

    /// A category unknown until now is created.
    Deed category(String store, String id, ObjectNode fields) {
        return put(
                new StoreRecords.Key(Kind.CATEGORY, store, id),
                fields,
                StoreEvent.CATEGORY_UPDATED);
    }

    private Deed put(StoreRecords.Key key, ObjectNode fields, StoreEvent event) {
        return connection -> {
            Merged changed = records.put(connection, key, fields);
            String kind = key.kind().name().toLowerCase(Locale.ROOT);
            ObjectNode data = object().put(kind + "Id", key.id());
            data.set(kind, changed.after());
            data.set("updatedFields", changed.updatedFields());
            return Optional.of(Done.of(event, data));
        };
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
