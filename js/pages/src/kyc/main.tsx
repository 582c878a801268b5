// SPDX-License-Identifier: Apache-2.0
import { mount } from '../design/index.ts';
import './kyc.css';
import { Kyc, type Identity } from './kyc.tsx';

interface Stats {
  readonly identity: Identity;
  readonly database: { readonly address?: string };
}

const { identity, database } = (await (await fetch('/api/kyc/stats')).json()) as Stats;
mount(<Kyc identity={identity} address={database.address} />);
