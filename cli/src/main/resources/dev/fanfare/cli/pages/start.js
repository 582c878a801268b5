// SPDX-License-Identifier: Apache-2.0
// Puts the ports that this demo runs on into the links, and says whether everything is up.
const ports = await (await fetch('/demo.json')).json();

for (const link of document.querySelectorAll('[data-app]')) {
  const port = ports[link.dataset.app];
  if (port) {
    link.href = `${location.protocol}//${location.hostname}:${port}/`;
    link.querySelector('.address').textContent = `${location.hostname}:${port} →`;
  } else {
    link.removeAttribute('href');
    link.setAttribute('aria-disabled', 'true');
    link.querySelector('.address').textContent = 'not started';
  }
}
document.querySelector('.origin').textContent = location.origin;

const state = document.getElementById('state');
const {ok} = await fetch('/ready').catch(() => ({ok: false}));
state.textContent = ok ? 'Everything is up' : 'Not ready';
state.dataset.state = ok ? 'open' : 'closed';
