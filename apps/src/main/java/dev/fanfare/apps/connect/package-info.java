// SPDX-License-Identifier: Apache-2.0
/// The status of a wallet's connection, pushed to the page that shows its QR code.
@NullMarked
package dev.fanfare.apps.connect;

import org.jspecify.annotations.NullMarked;
