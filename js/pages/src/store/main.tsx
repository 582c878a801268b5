// SPDX-License-Identifier: Apache-2.0
import { mount } from '../design/index.ts';
import './store.css';
import { StorePage } from './store.tsx';

mount(<StorePage />);
