// SPDX-License-Identifier: Apache-2.0
import { mount } from '../design/index.ts';
import './wallet.css';
import { WalletPage } from './wallet.tsx';

mount(<WalletPage />);
