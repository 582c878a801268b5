// SPDX-License-Identifier: Apache-2.0
/// HTTP as the application sees it: requests, responses, routes and pages. It knows no socket.
@NullMarked
package dev.fanfare.server.http;

import org.jspecify.annotations.NullMarked;
