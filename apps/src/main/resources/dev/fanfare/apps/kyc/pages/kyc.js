// SPDX-License-Identifier: Apache-2.0
import {Backoff, socketAddress} from '/shared/backoff.js';

const LEVELS = ['basic', 'intermediate', 'advanced'];
const NOTICE_FOR = 10_000;

const at = (id) => document.getElementById(id);
const backoff = new Backoff();

/** The cards by user. What is watched is asked for again after each reconnect. */
const people = new Map();

const {identity} = await (await fetch('/api/kyc/stats')).json();
let token = null;
let socket = null;
let clearing = 0;

if (identity === 'verified') {
  at('token').hidden = false;
  at('token').required = true;
  show('waiting', 'Needs a token');
} else {
  ['alice', 'bob', 'carol'].forEach(add);
  connect();
}
suggest('alice');

at('watch').addEventListener('submit', (event) => {
  event.preventDefault();
  const user = at('user').value.trim();
  add(user);
  suggest(user);
  if (identity === 'verified' && at('token').value.trim() !== token) {
    token = at('token').value.trim();
    socket?.close();
    connect();
  } else {
    subscribe(user);
  }
  at('user').value = '';
});

function connect() {
  const mine = token
    ? new WebSocket(socketAddress('/live'), ['kyc', `bearer.${token}`])
    : new WebSocket(socketAddress('/live'));
  socket = mine;
  show('waiting', 'Connecting');
  mine.addEventListener('open', () => {
    backoff.reset();
    show('open', 'Live');
    people.forEach((_, user) => subscribe(user));
  });
  mine.addEventListener('message', (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === 'kyc_status') {
      changed(frame.data);
    } else if (frame.type === 'error') {
      notice(frame.message);
    }
  });
  mine.addEventListener('close', () => {
    if (mine === socket) {
      show('closed', 'Reconnecting');
      setTimeout(() => mine === socket && connect(), backoff.next());
    }
  });
}

function subscribe(user) {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({type: 'subscribe', userId: user}));
  }
}

// ---- what is shown

function add(user) {
  if (people.has(user)) {
    return;
  }
  const card = document.createElement('li');
  card.className = 'person';
  const name = document.createElement('h2');
  name.textContent = user;
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.textContent = 'No status yet';
  const steps = document.createElement('div');
  steps.className = 'steps';
  steps.setAttribute('aria-hidden', 'true');
  LEVELS.forEach(() => steps.append(document.createElement('i')));
  const detail = document.createElement('small');
  detail.textContent = '\u00a0';
  card.append(name, badge, steps, detail);
  people.set(user, {card, badge, steps, detail});
  at('people').append(card);
}

function changed(data) {
  add(data.user_id);
  const {card, badge, steps, detail} = people.get(data.user_id);
  badge.textContent = data.status;
  badge.dataset.status = data.status;
  [...steps.children].forEach((step, i) => {
    step.classList.toggle('reached', i <= LEVELS.indexOf(data.verification_level));
  });
  detail.textContent = `${data.verification_level}, since ${new Date(data.timestamp).toLocaleTimeString()}`;
  delete card.dataset.fresh;
  requestAnimationFrame(() => {
    card.dataset.fresh = '';
  });
}

function notice(text) {
  at('notice').textContent = text;
  at('notice').hidden = false;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    at('notice').hidden = true;
  }, NOTICE_FOR);
}

function suggest(user) {
  at('sql').textContent = `update kyc_status set status = 'verified', verification_level = 'advanced' where user_id = '${user.replaceAll("'", "''")}';`;
}

function show(state, label) {
  at('state').dataset.state = state;
  at('state').textContent = label;
}
