// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Json;
import dev.fanfare.core.InvalidMessage;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a request says of a record: a JSON object, looked at before anything is done with it.
final class Fields {
    private static final int MOST = 50;
    private static final int MOST_ITEMS = 100;
    private static final int MOST_QUANTITY = 1_000_000;
    private static final int MOST_NAME = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
    private static final Pattern STATUS = Pattern.compile("[a-z][a-z_]{0,31}");
    private static final Pattern SKU = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private Fields() {}

    /// Any fields: of a profile, a store, a product, a category.
    static ObjectNode any(byte[] body) throws InvalidMessage {
        ObjectNode fields = Json.read(body, ObjectNode.class);
        if (fields.isEmpty() || fields.size() > MOST) {
            throw new InvalidMessage(
                    null,
                    "The body has " + fields.size() + " fields; 1 to " + MOST + " are allowed.");
        }
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            if (!NAME.matcher(field.getKey()).matches()) {
                throw new InvalidMessage(
                        null, "A field's name must be a letter, and then letters, digits or _.");
            }
            storable(field.getKey(), field.getValue());
        }
        return fields;
    }

    /// A database's text has no NUL.
    private static void storable(String field, JsonNode value) throws InvalidMessage {
        if (value.isString() && !clean(value.stringValue())) {
            throw illegal(field);
        }
        for (Map.Entry<String, JsonNode> inner : value.properties()) {
            if (!clean(inner.getKey())) {
                throw illegal(field);
            }
            storable(field, inner.getValue());
        }
        if (value.isArray()) {
            for (JsonNode element : value) {
                storable(field, element);
            }
        }
    }

    private static boolean clean(String text) {
        return text.indexOf(0) < 0;
    }

    private static InvalidMessage illegal(String field) {
        return new InvalidMessage(field, "'" + field + "' has a character that is no text.");
    }

    /// The fields of an order: `items`, and `status` where that may be said.
    static ObjectNode order(byte[] body, Set<String> allowed) throws InvalidMessage {
        ObjectNode fields = any(body);
        for (String name : fields.propertyNames()) {
            if (!allowed.contains(name)) {
                throw new InvalidMessage(name, "An order has no field '" + name + "' to set here.");
            }
        }
        JsonNode items = fields.get("items");
        if (items != null) {
            items(items);
        }
        JsonNode status = fields.get("status");
        if (status != null
                && (!status.isString() || !STATUS.matcher(status.stringValue()).matches())) {
            throw new InvalidMessage("status", "'status' must be a lower-case word.");
        }
        return fields;
    }

    private static void items(JsonNode items) throws InvalidMessage {
        if (!items.isArray() || items.isEmpty() || items.size() > MOST_ITEMS) {
            throw new InvalidMessage(
                    "items", "'items' must be a list of 1 to " + MOST_ITEMS + " items.");
        }
        for (JsonNode item : items) {
            JsonNode sku = item.path("sku");
            JsonNode quantity = item.path("quantity");
            if (!sku.isString() || !SKU.matcher(sku.stringValue()).matches()) {
                throw new InvalidMessage(
                        "items", "An item needs a 'sku' of 1 to 64 letters, digits or any of _.-");
            }
            if (!quantity.isInt()
                    || quantity.intValue() < 1
                    || quantity.intValue() > MOST_QUANTITY) {
                throw new InvalidMessage(
                        "items", "An item needs a 'quantity' of 1 to " + MOST_QUANTITY + ".");
            }
        }
    }

    /// The fields of a customer, whose name is needed where there is none yet.
    static ObjectNode customer(byte[] body, Naming naming) throws InvalidMessage {
        ObjectNode fields = any(body);
        JsonNode name = fields.get("customerName");
        if (name == null ? naming == Naming.NEEDED : !named(name)) {
            throw new InvalidMessage(
                    "customerName",
                    "'customerName' must be a text of 1 to " + MOST_NAME + " characters.");
        }
        return fields;
    }

    enum Naming {
        NEEDED,
        OPTIONAL
    }

    private static boolean named(@Nullable JsonNode name) {
        return name != null
                && name.isString()
                && !name.stringValue().isBlank()
                && name.stringValue().length() <= MOST_NAME;
    }
}
