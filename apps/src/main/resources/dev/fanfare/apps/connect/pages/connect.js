// SPDX-License-Identifier: Apache-2.0
import {Backoff, socketAddress} from '/shared/backoff.js';

const MAX_RECONNECT_ATTEMPTS = 5;
const PING_INTERVAL = 30_000;
const POLLING_INTERVAL = 3_000;
const CODE_WIDTH = 280;

const at = (id) => document.getElementById(id);

/** What is being watched, or null. Each start makes a new one; what belongs to an old one does nothing any more. */
let watch = null;

at('connect').addEventListener('click', start);
at('again').addEventListener('click', start);
at('simulate').addEventListener('click', async () => {
  at('simulate').disabled = true;
  await fetch('/api/demo/scan', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({sessionId: watch.sessionId, status: 'active'}),
  });
});

async function start() {
  stop();
  at('connect').disabled = true;
  try {
    const answer = await fetch('/api/connections/session', {method: 'POST'});
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const session = await answer.json();
    watch = {...session, backoff: new Backoff(500, 8_000), timers: [], socket: null, done: false};
    await showCode(watch);
    connect(watch);
  } catch {
    at('scan').hidden = true;
    at('start').hidden = false;
    at('start-notice').hidden = false;
    at('start-notice').textContent = 'The server did not give us a session. Try again in a moment.';
  } finally {
    at('connect').disabled = false;
  }
}

function stop() {
  if (watch) {
    watch.done = true;
    watch.timers.forEach(clearInterval);
    watch.socket?.close();
    watch = null;
  }
}

async function showCode(mine) {
  const answer = await fetch(`/api/connections/session/${encodeURIComponent(mine.sessionId)}/qr.svg`, {
    headers: {Authorization: `Bearer ${mine.token}`},
  });
  const svg = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement;
  const modules = svg.viewBox.baseVal.width;
  svg.setAttribute('width', String(modules * Math.max(1, Math.floor(CODE_WIDTH / modules))));
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'The invitation as a QR code');
  at('code').replaceChildren(document.adoptNode(svg));
  delete at('code').dataset.outcome;
  delete at('status').dataset.outcome;
  at('headline').textContent = 'Scan this code';
  at('status').textContent = 'Waiting for your wallet';
  at('wallet').href = mine.invitationUrl;
  at('left').hidden = false;
  at('actions').hidden = false;
  at('simulate').hidden = !mine.demo;
  at('simulate').disabled = false;
  at('again').hidden = true;
  at('start').hidden = true;
  at('scan').hidden = false;
  at('headline').focus();
  mine.timers.push(setInterval(() => countDown(mine), 1_000));
  countDown(mine);
}

function countDown(mine) {
  const seconds = Math.max(0, Math.round((Date.parse(mine.expiresAt) - Date.now()) / 1_000));
  at('left').textContent = `The code is good for ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

// ---- WebSocket first, then polling

function connect(mine) {
  if (mine.done) {
    return;
  }
  show('waiting', 'Connecting');
  const query = new URLSearchParams({sessionId: mine.sessionId, token: mine.token});
  const socket = new WebSocket(socketAddress(`/ws/connections?${query}`));
  mine.socket = socket;
  let ping = 0;
  socket.addEventListener('open', () => {
    ping = setInterval(() => socket.send(JSON.stringify({type: 'ping'})), PING_INTERVAL);
    mine.timers.push(ping);
  });
  socket.addEventListener('message', (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === 'status') {
      mine.backoff.reset();
      show('open', 'Live');
      changed(mine, frame.status);
    }
  });
  socket.addEventListener('close', () => {
    clearInterval(ping);
    if (mine.done) {
      return;
    }
    if (mine.backoff.attempts < MAX_RECONNECT_ATTEMPTS) {
      show('waiting', 'Reconnecting');
      mine.timers.push(setTimeout(() => connect(mine), mine.backoff.next()));
    } else {
      show('waiting', 'Polling');
      mine.timers.push(setInterval(() => poll(mine), POLLING_INTERVAL));
    }
  });
}

async function poll(mine) {
  try {
    const answer = await fetch(`/api/connections/session/${encodeURIComponent(mine.sessionId)}`, {
      headers: {Authorization: `Bearer ${mine.token}`},
    });
    if (answer.ok && !mine.done) {
      changed(mine, (await answer.json()).status);
    }
  } catch {
    show('closed', 'No connection');
  }
}

// ---- what is shown

function changed(mine, status) {
  if (mine.done) {
    return;
  }
  if (status === 'active' || status === 'completed') {
    finish(mine, 'connected', 'Wallet connected', 'Connection established');
  } else if (status === 'abandoned' || status === 'error') {
    finish(mine, 'failed', 'Not connected', 'The connection failed or expired');
  } else {
    at('status').textContent = status === 'pending' ? 'Waiting for your wallet' : `Status: ${status}`;
  }
}

function finish(mine, outcome, headline, said) {
  mine.timers.forEach(clearInterval);
  at('code').dataset.outcome = outcome;
  at('status').dataset.outcome = outcome;
  at('headline').textContent = headline;
  at('status').textContent = said;
  at('left').hidden = true;
  at('actions').hidden = true;
  at('again').hidden = false;
  at('again').textContent = outcome === 'connected' ? 'Connect another' : 'Start again';
}

function show(state, label) {
  at('state').hidden = false;
  at('state').dataset.state = state;
  at('state').textContent = label;
}
