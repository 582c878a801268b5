// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Another connection reads the slot; there can only be one.
final class SlotHeld extends Exception {
    private final String holder;

    SlotHeld(String holder) {
        super(holder);
        this.holder = holder;
    }

    String holder() {
        return holder;
    }
}
