// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Encoder;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import org.jspecify.annotations.Nullable;

/// Another encoder's frames, deflated. To the hub it is an encoder like any: a channel with
/// subscribers of both kinds has a log for each, and a publication is deflated once, into one of
/// them.
final class DeflatingEncoder implements Encoder {
    private final Encoder plain;
    private final Deflation deflation;
    private final int threshold;

    DeflatingEncoder(Encoder plain, Deflation deflation, int threshold) {
        this.plain = plain;
        this.deflation = deflation;
        this.threshold = threshold;
    }

    @Override
    public byte @Nullable [] push(Push push) {
        byte[] frames = plain.push(push);
        return frames == null ? null : deflation.deflate(frames, threshold);
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        return plain.reply(id, reply);
    }
}
