// SPDX-License-Identifier: Apache-2.0

/// The load driver: what a delivery, a command, a connection and an idle session cost the server.
///
/// One thread and one selector hold every client, so that the driver fits on one core beside the
/// server's. It knows nothing of Fanfare's code and depends on none of it: what it speaks is
/// written down in [Wire].
@NullMarked
package dev.fanfare.bench;

import org.jspecify.annotations.NullMarked;
