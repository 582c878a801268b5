// SPDX-License-Identifier: Apache-2.0
import { mount } from '../design/index.ts';
import './connect.css';
import { Connect } from './connect.tsx';

mount(<Connect />);
