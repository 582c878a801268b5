// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.io.IOException;

/// Opens a [House] for clients that are not of the JVM: prints its URL, and closes when its input
/// ends, as it does when the one who started it is gone.
final class HouseMain {
    private HouseMain() {}

    public static void main(String[] args) throws IOException {
        try (House house = House.open()) {
            System.out.println(house.url());
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        }
    }
}
