// SPDX-License-Identifier: Apache-2.0
import { ConnectionBar, mount, Shell } from '../design/index.ts';

mount(
  <Shell app="start" title="It runs. See it live." connection={<ConnectionBar state={{ name: 'idle' }} />}>
    <p>One process on this machine.</p>
  </Shell>,
);
