// SPDX-License-Identifier: Apache-2.0
export * from './react.ts';
export {
  maxReconnectAttempts,
  pingInterval,
  pollingInterval,
  type SessionStatus,
  type UseConnectionStatus,
  type UseConnectionStatusOptions,
} from './status.ts';
