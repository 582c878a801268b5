// SPDX-License-Identifier: Apache-2.0
import {Backoff, socketAddress} from '/shared/backoff.js';

const MOST_SHOWN = 500;
const TYPING_ENDS = 4_000;
const TYPING_REPEATS = 2_000;
const PING_EVERY = 25_000;
const SILENCE_IS_DEATH = 35_000;
const FAR_FUTURE_CODES = 4500;

const at = (id) => document.getElementById(id);
const door = at('door');
const room = at('room');
const messages = at('messages');
const text = at('text');

const people = new Map();
const typists = new Map();
const backoff = new Backoff();
let me = null;
let socket = null;
let heard = 0;
let beat = 0;
let retry = 0;
let typingSent = 0;
let typingStop = 0;

// ---- signing in

async function begin() {
  const answer = await fetch('/api/auth/session');
  const {user} = await answer.json();
  if (user) {
    enter(user);
  } else {
    leave('');
  }
}

at('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch('/api/auth/sign-in', {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({email: at('email').value}),
    });
    const body = await answer.json();
    if (answer.ok) {
      enter(body.user);
    } else {
      leave(body.error.message);
    }
  } catch {
    leave('The server cannot be reached. Try again in a moment.');
  }
});

at('sign-out').addEventListener('click', async () => {
  me = null;
  await fetch('/api/auth/sign-out', {method: 'POST'}).catch(() => {});
  leave('');
});

function enter(user) {
  me = user;
  door.hidden = true;
  room.hidden = false;
  at('sign-out').hidden = false;
  at('sign-out').title = user.email;
  connect();
  text.focus();
}

function leave(notice) {
  me = null;
  clearTimeout(retry);
  clearInterval(beat);
  socket?.close();
  socket = null;
  messages.replaceChildren();
  room.hidden = true;
  at('sign-out').hidden = true;
  at('state').hidden = true;
  door.hidden = false;
  at('door-notice').hidden = notice === '';
  at('door-notice').textContent = notice;
  at('email').focus();
}

// ---- the connection

function connect() {
  clearTimeout(retry);
  show('waiting', 'Connecting');
  const mine = new WebSocket(socketAddress('/ws'));
  socket = mine;
  mine.addEventListener('open', () => {
    heard = Date.now();
    clearInterval(beat);
    beat = setInterval(check, 5_000);
  });
  mine.addEventListener('message', (event) => {
    heard = Date.now();
    receive(JSON.parse(event.data));
  });
  mine.addEventListener('close', (event) => {
    if (socket === mine) {
      closed(event);
    }
  });
}

function closed(event) {
  clearInterval(beat);
  typists.clear();
  showTyping();
  if (event.code >= FAR_FUTURE_CODES) {
    leave('You were signed out. Sign in again to go on.');
  } else if (event.code === 1008) {
    show('closed', 'Not connected');
    line('error', event.reason || 'The server refused this connection.');
  } else {
    show('waiting', 'Reconnecting');
    retry = setTimeout(again, backoff.next());
  }
}

/** A refused upgrade looks like a lost connection here: ask whether the session is still there. */
async function again() {
  try {
    const answer = await fetch('/api/auth/session');
    const {user} = await answer.json();
    if (!me) {
      return;
    }
    if (user) {
      connect();
    } else {
      leave('You were signed out. Sign in again to go on.');
    }
  } catch {
    if (me) {
      retry = setTimeout(again, backoff.next());
    }
  }
}

function check() {
  const silence = Date.now() - heard;
  if (silence > SILENCE_IS_DEATH) {
    const dead = socket;
    socket = null;
    dead.close();
    closed({code: 1006, reason: ''});
  } else if (silence > PING_EVERY) {
    send({type: 'ping'});
  }
}

function send(message) {
  if (socket?.readyState !== WebSocket.OPEN) {
    return false;
  }
  socket.send(JSON.stringify(message));
  return true;
}

addEventListener('online', () => {
  if (me && socket?.readyState !== WebSocket.OPEN) {
    backoff.reset();
    connect();
  }
});

// ---- what comes

const receivers = {
  welcome: () => {
    backoff.reset();
    show('open', 'Live');
  },
  user_list: ({users}) => {
    people.clear();
    users.forEach((user) => people.set(user.id, user));
    showPeople();
  },
  user_joined: ({user}) => {
    if (!people.has(user.id)) {
      line('', `${user.email} came in`);
    }
    people.set(user.id, user);
    showPeople();
  },
  user_left: ({user}) => {
    people.delete(user.id);
    stopped(user.id);
    showPeople();
    line('', `${user.email} left`);
  },
  chat_message: ({content, user, timestamp}) => {
    stopped(user.id);
    message(content, user, new Date(timestamp));
  },
  typing: ({user, isTyping}) => {
    clearTimeout(typists.get(user.id)?.end);
    if (user.id === me?.id) {
      return;
    }
    if (isTyping) {
      typists.set(user.id, {user, end: setTimeout(() => stopped(user.id), TYPING_ENDS)});
    } else {
      typists.delete(user.id);
    }
    showTyping();
  },
  announcement: ({message: said}) => line('announcement', said),
  error: ({message: said}) => line('error', said),
  pong: () => {},
};

function receive(frame) {
  receivers[frame.type]?.(frame);
}

// ---- what is shown

function element(name, kind, content) {
  const made = document.createElement(name);
  made.className = kind;
  if (content !== undefined) {
    made.textContent = content;
  }
  return made;
}

function face(user) {
  const made = element('span', 'face', user.email.charAt(0));
  let hash = 0;
  for (const char of user.id) {
    hash = (hash * 31 + char.codePointAt(0)) % 65_521;
  }
  made.dataset.hue = String(hash % 8);
  made.setAttribute('aria-hidden', 'true');
  return made;
}

function append(item) {
  const bottom = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  messages.append(item);
  while (messages.childElementCount > MOST_SHOWN) {
    messages.firstElementChild.remove();
  }
  if (bottom) {
    messages.scrollTop = messages.scrollHeight;
  }
}

function message(content, user, time) {
  const own = user.id === me?.id;
  const item = element('li', own ? 'message own' : 'message');
  const last = messages.lastElementChild;
  if (last?.dataset.user === user.id) {
    item.classList.add('same');
  }
  item.dataset.user = user.id;
  const clock = time.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
  item.append(
    face(user),
    element('span', 'byline', `${own ? 'You' : user.email} · ${clock}`),
    element('span', 'text', content),
  );
  append(item);
}

function line(kind, said) {
  append(element('li', `line ${kind}`, said));
}

function show(state, label) {
  const pill = at('state');
  pill.hidden = false;
  pill.dataset.state = state;
  pill.textContent = label;
}

function showPeople() {
  const list = [...people.values()].sort((a, b) => a.email.localeCompare(b.email));
  at('count').textContent = String(list.length);
  at('people').replaceChildren(
    ...list.map((user) => {
      const item = element('li', '');
      item.append(face(user), element('span', 'who', user.email));
      if (user.id === me?.id) {
        item.append(element('span', 'soft', 'you'));
      }
      item.title = user.email;
      return item;
    }),
  );
}

function showTyping() {
  const names = [...typists.values()].map(({user}) => user.email);
  at('typing').textContent =
    names.length === 0
      ? ''
      : names.length < 3
        ? `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`
        : `${names.length} people are typing…`;
}

function stopped(id) {
  clearTimeout(typists.get(id)?.end);
  typists.delete(id);
  showTyping();
}

// ---- what is said

at('compose').addEventListener('submit', (event) => {
  event.preventDefault();
  const content = text.value.trim();
  if (content === '') {
    return;
  }
  if (!send({type: 'chat_message', content})) {
    line('error', 'Not connected: your message was not sent. It is still in the field below.');
    return;
  }
  message(content, me, new Date());
  text.value = '';
  typingSent = 0;
  clearTimeout(typingStop);
});

text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at('compose').requestSubmit();
  }
});

text.addEventListener('input', () => {
  clearTimeout(typingStop);
  if (text.value === '') {
    typingSent = 0;
    send({type: 'typing', isTyping: false});
    return;
  }
  if (Date.now() - typingSent > TYPING_REPEATS) {
    typingSent = Date.now();
    send({type: 'typing', isTyping: true});
  }
  typingStop = setTimeout(() => {
    typingSent = 0;
    send({type: 'typing', isTyping: false});
  }, TYPING_ENDS - 500);
});

begin().catch(() => leave('The server cannot be reached. Reload the page in a moment.'));
