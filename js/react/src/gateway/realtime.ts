// SPDX-License-Identifier: Apache-2.0
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- whoever subscribes says what is published */
import type { Off } from '@fanfare/client';
import { pageSocket } from '../page.ts';
import { WebSocketManager } from './manager.ts';
import type { Token } from './types.ts';

export interface WebSocketConfig {
  readonly url: string;
}

let configured: WebSocketConfig | undefined;

/** Where the gateway is: as configured, else `/ws` at the page's own server. */
export function getWebSocketConfig(): WebSocketConfig {
  return configured ?? { url: pageSocket('/ws') };
}

/** For all that is made from now on; undefined is the page's own server again. */
export function configureWebSocket(config: WebSocketConfig | undefined): void {
  configured = config;
}

/** The gateway's channels by what they are about. The payloads are what the application publishes. */
export class RealtimeService {
  readonly manager: WebSocketManager;

  constructor(manager: WebSocketManager = new WebSocketManager(getWebSocketConfig().url)) {
    this.manager = manager;
  }

  connect(token?: Token): Promise<void> {
    return this.manager.connect(token);
  }

  disconnect(): void {
    this.manager.disconnect();
  }

  /** Answers with what unsubscribes. */
  subscribe<T>(channel: string, callback: (data: T) => void): Off {
    return this.manager.subscribe<T>(channel, callback);
  }

  subscribeToNotifications<T = unknown>(callback: (data: T) => void): Off {
    return this.subscribe('notifications', callback);
  }

  subscribeToBalanceUpdates<T = unknown>(address: string, callback: (data: T) => void): Off {
    return this.subscribe(`balance:${address.toLowerCase()}`, callback);
  }

  subscribeToNftTransfers<T = unknown>(address: string, callback: (data: T) => void): Off {
    return this.subscribe(`nft:${address.toLowerCase()}`, callback);
  }

  subscribeToTokenPrices<T = unknown>(callback: (data: T) => void): Off {
    return this.subscribe('token:price', callback);
  }

  subscribeToStakingUpdates<T = unknown>(positionId: string, callback: (data: T) => void): Off {
    return this.subscribe(`staking:${positionId}`, callback);
  }
}
