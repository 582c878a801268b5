// SPDX-License-Identifier: Apache-2.0
import {Backoff, socketAddress} from '/shared/backoff.js';

const PING_INTERVAL = 30_000;
const KEPT = 'fanfare-wallet';
const MOST_SHOWN = 50;
const MOST_PRICES = 40;

const at = (id) => document.getElementById(id);
const coins = new Intl.NumberFormat('en', {minimumFractionDigits: 2, maximumFractionDigits: 2});
const backoff = new Backoff();

let wallet;
let socket = null;
let wanted = true;

/**
 * The timestamp of the last message of each channel: from there a return goes on. Notifications wait by themselves, and
 * the latest price is wanted from the beginning.
 */
const seen = new Map([['token:price', 0]]);

/** What was asked and not answered yet, in order. */
let asked = [];
const prices = [];

// ---- who we are

/** A user of our own; in every tab of this browser the same. */
async function enter() {
  const known = localStorage.getItem(KEPT);
  const answer = await fetch('/api/demo/guest', {
    method: 'POST',
    headers: known ? {Authorization: `Bearer ${known}`} : {},
  });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  wallet = await answer.json();
  localStorage.setItem(KEPT, wallet.token);
  at('balance').textContent = coins.format(wallet.balance);
  at('rewards').textContent = coins.format(wallet.rewards);
  at('address').textContent = wallet.address;
  at('address').title = wallet.address;
  at('position').textContent = `Position ${wallet.position}`;
}

// ---- the connection

async function connect() {
  show('waiting', seen.size > 1 ? 'Reconnecting' : 'Connecting');
  try {
    await enter();
  } catch {
    again();
    return;
  }
  const mine = new WebSocket(socketAddress(`/ws?token=${encodeURIComponent(wallet.token)}`));
  socket = mine;
  let ping = 0;
  mine.addEventListener('open', () => {
    asked = [];
    for (const channel of [
      'notifications',
      'token:price',
      `balance:${wallet.address}`,
      `nft:${wallet.address}`,
      `staking:${wallet.position}`,
    ]) {
      asked.push(channel);
      mine.send(JSON.stringify({type: 'subscribe', channel, since: seen.get(channel)}));
    }
    ping = setInterval(() => mine.send(JSON.stringify({type: 'ping'})), PING_INTERVAL);
  });
  mine.addEventListener('message', (event) => received(JSON.parse(event.data)));
  mine.addEventListener('close', () => {
    clearInterval(ping);
    if (socket === mine) {
      socket = null;
      again();
    }
  });
}

function again() {
  if (wanted) {
    show('waiting', 'Reconnecting');
    setTimeout(() => wanted && socket === null && connect(), backoff.next());
  } else {
    show('closed', 'Offline');
  }
}

function received(message) {
  if ('success' in message) {
    const channel = asked.shift();
    if (!message.success) {
      add(`${channel} was refused: ${message.error}`);
    } else if (message.recovered === false) {
      add(`Some of ${channel.split(':')[0]} is not kept any more`);
    }
    if (asked.length === 0) {
      backoff.reset();
      show('open', 'Live');
    }
  } else if ('payload' in message) {
    seen.set(message.type, message.timestamp);
    happened(message);
  }
}

// ---- what is shown

function happened({type, payload, timestamp}) {
  switch (type.split(':')[0]) {
    case 'token':
      at('token').textContent = payload.token ?? '';
      at('price').textContent = coins.format(payload.price);
      draw(payload.price);
      break;
    case 'balance':
      at('balance').textContent = coins.format(payload.balance);
      add(`Received ${coins.format(payload.change ?? 0)} FAN`, timestamp);
      break;
    case 'nft':
      add(`Received the collectible #${payload.tokenId}`, timestamp);
      break;
    case 'gap':
      add(`Some of ${payload.channel.split(':')[0]} is not kept any more`);
      break;
    case 'staking':
      at('rewards').textContent = coins.format(payload.rewards);
      add(`Rewards are now ${coins.format(payload.rewards)} FAN`, timestamp);
      break;
    default:
      add(payload?.text ?? JSON.stringify(payload), timestamp);
  }
}

/** @param timestamp of the message; without one it is the page that says it, now */
function add(text, timestamp) {
  const when = new Date(timestamp ?? Date.now());
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = when.toLocaleTimeString('en-GB');
  time.dateTime = when.toISOString();
  const said = document.createElement('span');
  said.textContent = text;
  item.append(time, said);
  if (timestamp !== undefined && Date.now() - timestamp > 2_000) {
    const missed = document.createElement('span');
    missed.className = 'missed';
    missed.textContent = 'while you were away';
    item.append(missed);
  }
  at('nothing').hidden = true;
  at('activity').prepend(item);
  while (at('activity').childElementCount > MOST_SHOWN) {
    at('activity').lastElementChild.remove();
  }
}

function draw(price) {
  prices.push(price);
  if (prices.length > MOST_PRICES) {
    prices.shift();
  }
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const points = prices.map((each, i) => {
    const x = (i / Math.max(1, prices.length - 1)) * 120;
    const y = 26 - ((each - low) / (high - low || 1)) * 24;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  at('course').firstElementChild.setAttribute('points', points.join(' '));
}

function show(state, label) {
  at('state').dataset.state = state;
  at('state').textContent = label;
}

// ---- what can be done

for (const button of document.querySelectorAll('[data-kind]')) {
  button.addEventListener('click', async () => {
    const answer = await fetch('/api/demo/events', {
      method: 'POST',
      headers: {Authorization: `Bearer ${wallet.token}`, 'Content-Type': 'application/json'},
      body: JSON.stringify({kind: button.dataset.kind}),
    }).catch(() => ({ok: false}));
    if (!answer.ok) {
      add('The server did not take that');
    }
  });
}

at('offline').addEventListener('click', () => {
  wanted = !wanted;
  at('offline').textContent = wanted ? 'Go offline' : 'Come back';
  if (wanted) {
    backoff.reset();
    connect();
  } else {
    socket?.close();
    show('closed', 'Offline');
  }
});

connect();
