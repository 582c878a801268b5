// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.server.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.util.RawValue;

/// The arguments of an event or of an ack, where there is not exactly one: what a handler takes
/// (`on("move", Args.class, (session, args) -> args.get(0, Move.class))`), answers, publishes and
/// sends (`Args.of(from, to)`).
///
/// An argument that is a `byte[]` is bytes for the client, too. Never changes.
@JsonDeserialize(using = ArgsReader.class)
public final class Args {
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final List<byte[]> values;

    /// @param values JSON
    Args(List<byte[]> values) {
        this.values = values;
    }

    /// @throws IllegalArgumentException when a value has no JSON
    public static Args of(@Nullable Object... values) {
        return new Args(Arrays.stream(values).map(Args::json).toList());
    }

    private static byte[] json(@Nullable Object value) {
        return switch (value) {
            case null -> NULL;
            case byte[] bytes -> Arguments.binary(Base64.getEncoder().encodeToString(bytes));
            default -> Json.write(value);
        };
    }

    public int size() {
        return values.size();
    }

    /// @param index from 0
    /// @throws InvalidMessage when there is no such argument, or it is of another type
    public <T> T get(int index, Class<T> type) throws InvalidMessage {
        if (index >= values.size()) {
            throw new InvalidMessage(
                    null,
                    "Argument " + (index + 1) + " is missing: there are " + values.size() + ".");
        }
        byte[] json = values.get(index);
        byte[] bytes = type == byte[].class ? Arguments.bytes(json) : null;
        if (bytes != null) {
            return type.cast(bytes);
        }
        try {
            return Json.read(json, type);
        } catch (InvalidMessage e) {
            throw new InvalidMessage(
                    e.refusal().field(), "Argument " + (index + 1) + ": " + e.getMessage());
        }
    }

    /// As the hub has it.
    byte[] data() {
        return Arguments.data(values);
    }

    @JsonValue
    RawValue json() {
        return new RawValue(new String(data(), StandardCharsets.UTF_8));
    }

    /// The arguments, with commas between them.
    @Override
    public String toString() {
        return values.stream()
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .collect(Collectors.joining(", "));
    }
}
