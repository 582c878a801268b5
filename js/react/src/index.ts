// SPDX-License-Identifier: Apache-2.0
export type { State } from '@fanfare/client';
