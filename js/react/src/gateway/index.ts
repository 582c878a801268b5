// SPDX-License-Identifier: Apache-2.0
export * from './manager.ts';
export * from './react.tsx';
export * from './realtime.ts';
export * from './types.ts';
