// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a publisher hands over. The bytes are opaque here; the dialects on both sides take them for
/// JSON.
///
/// @param event the name that enveloping dialects put beside the data, or null
/// @param data the payload; never changed after this object was made
/// @param publisher the id of the user who published, or null when it was the backend
/// @param except the id of the one session that is not sent this, or null
/// @param key what is conflated by: of several publications with one key the latest stands for all;
///   null is a key of its own
/// @param extent whether it replaces earlier ones of its key
public record Content(
        @Nullable String event,
        byte[] data,
        @Nullable String publisher,
        @Nullable String except,
        @Nullable String key,
        Extent extent) {

    public enum Extent {
        WHOLE,
        /// It lacks a part that an earlier publication of its key has, and replaces none of them.
        PARTIAL
    }

    public static Content of(byte[] data) {
        return new Content(null, data, null, null, null, Extent.WHOLE);
    }

    public static Content of(String event, byte[] data) {
        return new Content(event, data, null, null, null, Extent.WHOLE);
    }

    public Content by(@Nullable String user) {
        return new Content(event, data, user, except, key, extent);
    }

    public Content except(@Nullable String session) {
        return new Content(event, data, publisher, session, key, extent);
    }

    public Content keyed(@Nullable String by) {
        return new Content(event, data, publisher, except, by, extent);
    }

    public Content partial() {
        return new Content(event, data, publisher, except, key, Extent.PARTIAL);
    }

    /// A digest (SHA-256) of event, data and publisher, by which an engine tells a publication that
    /// is repeated from another one with the same idempotency key. The rest depends on the session
    /// or follows from the data.
    public String fingerprint() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
        add(digest, event == null ? null : event.getBytes(StandardCharsets.UTF_8));
        add(digest, publisher == null ? null : publisher.getBytes(StandardCharsets.UTF_8));
        add(digest, data);
        return HexFormat.of().formatHex(digest.digest());
    }

    /// With its length, so that nothing is taken for a part of its neighbour.
    private static void add(MessageDigest digest, byte @Nullable [] part) {
        digest.update(ByteBuffer.allocate(4).putInt(part == null ? -1 : part.length).flip());
        if (part != null) {
            digest.update(part);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Content that
                && Arrays.equals(data, that.data)
                && Objects.equals(event, that.event)
                && Objects.equals(publisher, that.publisher)
                && Objects.equals(except, that.except)
                && Objects.equals(key, that.key)
                && extent == that.extent;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data);
    }
}
