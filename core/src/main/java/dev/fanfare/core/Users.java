// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.List;

final class Users {
    List<Session> sessions(String user) {
        throw new UnsupportedOperationException(user);
    }
}
