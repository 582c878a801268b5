// SPDX-License-Identifier: Apache-2.0

const at = (id) => document.getElementById(id);

/** The session's id is in the invitation, as in any out-of-band invitation. */
function invited() {
  try {
    const oob = new URLSearchParams(location.search).get('oob');
    return JSON.parse(atob(oob.replaceAll('-', '+').replaceAll('_', '/'))).id;
  } catch {
    return null;
  }
}

async function answer(status, headline, said) {
  const sent = await fetch('/api/demo/scan', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({sessionId: invited(), status}),
  }).catch(() => ({ok: false}));
  at('headline').textContent = sent.ok ? headline : 'That did not work';
  at('said').textContent = sent.ok ? said : 'The session is gone, or the server cannot be reached.';
  at('choices').hidden = sent.ok;
}

if (invited() === null) {
  at('headline').textContent = 'No invitation';
  at('said').textContent = 'Open this page by the link below the code.';
  at('choices').hidden = true;
}
at('accept').addEventListener('click', () => answer('active', 'Connected', 'Look at the other tab. You can close this one.'));
at('decline').addEventListener('click', () => answer('error', 'Declined', 'The other tab knows. You can close this one.'));
