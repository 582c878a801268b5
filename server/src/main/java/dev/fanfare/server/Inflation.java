// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates what a peer has deflated (RFC 7692, 7.2.2), as much of it as the limits allow and not a
/// byte more: a bomb costs [FrameLimits#frame] bytes of work, and no memory. For one thread; an
/// event loop has one for all its connections.
final class Inflation {
    /// What the sender left off, and an empty final block behind it: whoever gets to its end was
    /// between two blocks before.
    private static final byte[] ENDING = {
        0, 0, (byte) 0xff, (byte) 0xff, 1, 0, 0, (byte) 0xff, (byte) 0xff
    };

    private static final int FINAL_BLOCK = 4;
    private static final byte[] NOTHING = {};
    private static final int SMALLEST = 1_024;
    private static final ThreadLocal<Inflation> HERE = ThreadLocal.withInitial(Inflation::new);

    private final Inflater inflater = new Inflater(true);
    private final byte[] discarded = new byte[8 << 10];

    private byte[] out = NOTHING;
    private int count;
    private FrameLimits limits = FrameLimits.DEFAULT;
    private byte[] source = NOTHING;
    private int end;
    private Rest rest = Rest.TO_COME;

    private enum Rest {
        TO_COME,
        NONE
    }

    /// What became of a message.
    sealed interface Outcome {}

    record Inflated(byte[] message) implements Outcome {}

    enum Fault implements Outcome {
        /// Over [FrameLimits#message].
        TOO_LARGE,
        /// Over [FrameLimits#frame].
        BOMB,
        CORRUPT
    }

    private Inflation() {}

    /// This thread's.
    static Inflation here() {
        return HERE.get();
    }

    /// The most bytes a message within the limit should take when it is deflated: stored blocks and
    /// flushes make it larger than it was.
    static int mostDeflated(FrameLimits limits) {
        return limits.message() + (limits.message() >> 4) + 64;
    }

    /// A whole message.
    Outcome inflate(byte[] deflated, int length, FrameLimits within) {
        return run(deflated, length, within, Rest.NONE);
    }

    /// The beginning of a message that has more than [#mostDeflated].
    Fault judge(byte[] deflated, int length, FrameLimits within) {
        return run(deflated, length, within, Rest.TO_COME) instanceof Fault fault
                ? fault
                : Fault.TOO_LARGE;
    }

    private Outcome run(byte[] deflated, int length, FrameLimits within, Rest behind) {
        limits = within;
        rest = behind;
        count = 0;
        long usual = Math.max(SMALLEST, 4L * length);
        out = new byte[(int) Math.min(within.message(), usual)];
        inflater.reset();
        feed(deflated, 0, length);
        try {
            return run();
        } catch (DataFormatException _) {
            return Fault.CORRUPT;
        } finally {
            feed(NOTHING, 0, 0);
            out = NOTHING;
        }
    }

    private Outcome run() throws DataFormatException {
        boolean more = true;
        while (more) {
            int some = some();
            count += some;
            if (count > limits.frame()) {
                return Fault.BOMB;
            }
            more = some > 0 || proceed();
        }
        if (rest == Rest.NONE && !(inflater.finished() && inflater.getRemaining() == 0)) {
            return Fault.CORRUPT;
        }
        return count > limits.message() ? Fault.TOO_LARGE : new Inflated(Arrays.copyOf(out, count));
    }

    private int some() throws DataFormatException {
        if (count >= limits.message()) {
            return inflater.inflate(discarded);
        }
        if (count == out.length) {
            out = Arrays.copyOf(out, (int) Math.min(limits.message(), 2L * out.length));
        }
        return inflater.inflate(out, count, out.length - count);
    }

    /// Nothing came out: past a block that called itself the last, or on to the ending.
    ///
    /// @return whether there is anything to go on with
    private boolean proceed() {
        int left = inflater.getRemaining();
        boolean finished = inflater.finished();
        if (source == ENDING || (left > 0 && !finished)) {
            return false;
        }
        if (left > 0) {
            inflater.reset();
            feed(source, end - left, end);
            return true;
        }
        if (rest == Rest.TO_COME) {
            return false;
        }
        if (finished) {
            inflater.reset();
        }
        feed(ENDING, finished ? FINAL_BLOCK : 0, ENDING.length);
        return true;
    }

    private void feed(byte[] bytes, int from, int to) {
        source = bytes;
        end = to;
        inflater.setInput(bytes, from, to - from);
    }
}
