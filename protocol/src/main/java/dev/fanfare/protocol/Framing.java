// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

/// Room that a transport wants before and behind the text of a frame, so that all stand in one
/// array that is filled once.
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

    /// Bytes that stand behind any text.
    default int tailroom() {
        return 0;
    }

    /// Writes those bytes into `frame`, whose text is there.
    ///
    /// @param length bytes of the text
    void fill(byte[] frame, int length);
}
