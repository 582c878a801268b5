// SPDX-License-Identifier: Apache-2.0
import { mount } from '../design/index.ts';
import './chat.css';
import { ChatPage } from './chat.tsx';

mount(<ChatPage />);
