// SPDX-License-Identifier: Apache-2.0
export { address, APPS, knownPorts, TITLES, type App, type Ports } from './apps.ts';
export { cable, Cable } from './cable.ts';
export { ConnectionBar, NONE_YET, useCut, type Tone } from './connectionbar.tsx';
export { mount } from './mount.tsx';
export { Badge, Button, Card, Field, FramesDrawer, useFrames, type Frame } from './parts.tsx';
export { Mark, Shell } from './shell.tsx';
export { Toasts, useToasts, type Toast } from './toasts.tsx';
