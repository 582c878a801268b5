// SPDX-License-Identifier: Apache-2.0
/// Socket.IO over Engine.IO. [SocketIo] is the way in; the wire is in the module's README.
@NullMarked
package dev.fanfare.socketio;

import org.jspecify.annotations.NullMarked;
