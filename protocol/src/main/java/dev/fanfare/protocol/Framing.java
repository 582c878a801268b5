// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

/// Room that a transport wants before the text of a frame, so that both stand in one array that is
/// filled once.
public interface Framing {
    /// The text alone.
    Framing NONE =
            new Framing() {
                @Override
                public int headroom(int length) {
                    return 0;
                }

                @Override
                public void fill(byte[] frame, int length) {}
            };

    /// Bytes that stand before a text of `length` bytes.
    int headroom(int length);

    /// Writes those bytes at the start of `frame`.
    void fill(byte[] frame, int length);
}
