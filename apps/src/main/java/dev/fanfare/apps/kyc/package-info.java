// SPDX-License-Identifier: Apache-2.0
/// The status of people's verification (know your customer), pushed as the database has it.
@NullMarked
package dev.fanfare.apps.kyc;

import org.jspecify.annotations.NullMarked;
