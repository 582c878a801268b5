// SPDX-License-Identifier: Apache-2.0
export * from './provider.tsx';
export { dismissToast, showToast, Toaster, type Toast } from './toasts.tsx';
export * from './types.ts';
export { MAX_RECONNECT_ATTEMPTS, RECONNECT_INTERVAL, useWebSocket } from './usewebsocket.ts';
