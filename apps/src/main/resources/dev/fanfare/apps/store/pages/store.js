// SPDX-License-Identifier: Apache-2.0

const RECONNECT_INTERVAL = 5_000;
const MAX_RECONNECT_ATTEMPTS = 5;
const PING_EVERY = 25_000;
const SILENCE_IS_DEATH = 35_000;
const MOST_SHOWN = 200;
const STATUSES = ['pending', 'preparing', 'ready', 'delivered'];
const GOODS = ['bread', 'croissant', 'espresso', 'cake', 'sandwich'];

const at = (id) => document.getElementById(id);
const setup = await (await fetch('/store.json')).json();
const orders = new Map();

let me = null;
let socket = null;
let attempts = 0;
let heard = 0;
let beat = 0;
let retry = 0;

at('token-field').hidden = !setup.token;
at('user').value = sessionStorage.getItem('user') ?? at('user').value;
at('store').value = sessionStorage.getItem('store') ?? at('store').value;

// ---- coming and going

at('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  me = {userId: at('user').value.trim(), storeId: at('store').value.trim()};
  if (setup.token) {
    me.token = at('token').value.trim();
  }
  sessionStorage.setItem('user', me.userId);
  sessionStorage.setItem('store', me.storeId);
  attempts = 0;
  connect();
});

at('leave').addEventListener('click', () => leave(''));

function leave(notice) {
  me = null;
  clearTimeout(retry);
  clearInterval(beat);
  socket?.close();
  socket = null;
  orders.clear();
  at('orders').replaceChildren();
  at('events').replaceChildren();
  at('shop').hidden = true;
  at('leave').hidden = true;
  at('state').hidden = true;
  at('who').textContent = '';
  at('door').hidden = false;
  at('door-notice').hidden = notice === '';
  at('door-notice').textContent = notice;
  at('user').focus();
}

function entered() {
  attempts = 0;
  at('door').hidden = true;
  at('shop').hidden = false;
  at('leave').hidden = false;
  at('who').textContent = `${me.userId} in ${me.storeId}`;
  show('open', 'Live');
}

// ---- the connection

function connect() {
  clearTimeout(retry);
  show('waiting', 'Connecting');
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const mine = new WebSocket(`${scheme}//${location.hostname}:${setup.socketPort}${setup.socketPath}`);
  socket = mine;
  mine.addEventListener('open', () => {
    heard = Date.now();
    clearInterval(beat);
    beat = setInterval(check, 5_000);
    send('authenticate', me);
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
  socket = null;
  if (event.code === 4005) {
    leave('Your token has ended. Enter with a new one.');
  } else if (attempts < MAX_RECONNECT_ATTEMPTS) {
    attempts += 1;
    show('waiting', 'Reconnecting');
    retry = setTimeout(connect, RECONNECT_INTERVAL * (0.5 + Math.random()));
  } else {
    leave('The server cannot be reached. Try again in a moment.');
  }
}

function check() {
  const silent = Date.now() - heard;
  if (silent > SILENCE_IS_DEATH) {
    socket?.close();
  } else if (silent > PING_EVERY) {
    send('ping', {});
  }
}

function send(type, data) {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({type, data}));
  }
}

// ---- what comes

const told = {
  order_created: ({data}) => {
    put(data);
    return `Order ${data.orderNumber}: ${goods(data)}`;
  },
  order_updated: ({data}) => {
    put(data);
    return null;
  },
  order_status_changed: ({data}) => `Order ${data.orderNumber} is ${data.status}`,
  customer_created: ({data}) => `${data.customerName} is a customer now`,
  customer_updated: ({data}) => `${data.customerName} has changed`,
  profile_updated: ({data}) => `Your profile has changed: ${Object.keys(data.updatedFields ?? {}).join(', ') || 'nothing'}`,
  user_joined: ({userId}) => `${userId} came in`,
  user_left: ({userId}) => `${userId} left`,
  store_updated: () => 'The store has changed',
  product_updated: ({data}) => `Product ${data.productId} has changed`,
  category_updated: ({data}) => `Category ${data.categoryId} has changed`,
  general_notification: ({data}) => data.message ?? 'A notification',
};

function receive(frame) {
  const type = frame.type.toLowerCase();
  if (type === 'error') {
    if (at('shop').hidden) {
      leave(frame.message);
    } else {
      warn(frame.message);
    }
    return;
  }
  if (frame.data?.authenticated) {
    entered();
    return;
  }
  if (type === 'general_notification' && frame.sessionId) {
    return;
  }
  const said = told[type]?.(frame);
  if (said) {
    note(said, type, frame.timestamp);
  }
}

function note(said, type, timestamp) {
  const item = document.createElement('li');
  const text = document.createElement('span');
  text.className = 'said';
  text.textContent = said;
  const time = document.createElement('time');
  time.dateTime = timestamp;
  time.textContent = new Date(timestamp).toLocaleTimeString();
  const name = document.createElement('code');
  name.textContent = type;
  item.append(text, time, name);
  at('events').prepend(item);
  while (at('events').children.length > MOST_SHOWN) {
    at('events').lastChild.remove();
  }
}

const goods = ({items}) => (items ?? []).map(({sku, quantity}) => `${quantity} × ${sku}`).join(', ');

function put(order) {
  const known = orders.get(order.orderNumber);
  const item = known ?? document.createElement('li');
  item.className = 'order';
  item.replaceChildren(...card(order));
  orders.set(order.orderNumber, item);
  if (!known) {
    at('orders').prepend(item);
  }
  void item.offsetWidth;
  item.classList.add('fresh');
}

function card(order) {
  const head = document.createElement('div');
  head.className = 'line';
  const number = document.createElement('b');
  number.textContent = order.orderNumber;
  const status = document.createElement('span');
  status.className = 'status';
  status.dataset.status = order.status;
  status.textContent = order.status;
  head.append(number, status);
  const what = document.createElement('span');
  what.textContent = goods(order);
  const next = STATUSES[STATUSES.indexOf(order.status) + 1];
  if (!next) {
    return [head, what];
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = `Mark as ${next}`;
  button.addEventListener('click', () => change('PATCH', `${store()}/orders/${order.orderNumber}`, {status: next}));
  return [head, what, button];
}

// ---- what is asked

const store = () => `/stores/${encodeURIComponent(me.storeId)}`;

at('order').addEventListener('click', () => {
  const sku = GOODS[Math.floor(Math.random() * GOODS.length)];
  change('POST', `${store()}/orders`, {items: [{sku, quantity: 1 + Math.floor(Math.random() * 4)}]});
});

at('profile').addEventListener('submit', (event) => {
  event.preventDefault();
  const firstName = at('first-name').value.trim();
  if (firstName !== '') {
    change('PATCH', `/users/${encodeURIComponent(me.userId)}/profile`, {firstName});
  }
});

at('customers').addEventListener('submit', (event) => {
  event.preventDefault();
  const customerName = at('customer').value.trim();
  if (customerName !== '') {
    change('POST', `${store()}/customers`, {customerName});
    at('customer').value = '';
  }
});

async function change(method, path, body) {
  at('notice').hidden = true;
  try {
    const answer = await fetch(`/api/v1${path}`, {
      method,
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(body),
    });
    const {success, message} = await answer.json();
    if (!success) {
      warn(message);
    }
  } catch {
    warn('The server cannot be reached. Try again in a moment.');
  }
}

function warn(message) {
  at('notice').hidden = false;
  at('notice').textContent = message;
}

function show(state, label) {
  at('state').hidden = false;
  at('state').dataset.state = state;
  at('state').textContent = label;
}
