// Keeps a page current. Without it every page is whole, only as old as its loading.

const byId = (id) => document.getElementById(id);

/** Changes an element only if its HTML differs, and gives back the focus that this takes. The server escaped it. */
function setHtml(element, html) {
  if (element === null || element.innerHTML === html) return;
  const held = element.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  element.innerHTML = html;
  if (held !== null) {
    for (const link of element.querySelectorAll('a')) {
      if (link.getAttribute('href') === held) {
        link.focus({ preventScroll: true });
        break;
      }
    }
  }
}

function announce(text) {
  byId('announcements').textContent = text;
}

function isConnected(isHeard) {
  document.documentElement.classList.toggle('not-heard', !isHeard);
  if (!isHeard) return;
  document.documentElement.classList.add('live');
}

/** A browser has few connections to one host: a tab that nobody looks at takes none. */
function listen(path, event, use) {
  let source;
  let again;
  const open = () => {
    source = new EventSource(path);
    source.addEventListener(event, (message) => {
      isConnected(true);
      use(JSON.parse(message.data));
    });
    source.addEventListener('error', ({ target }) => {
      isConnected(false);
      // After a refusal, such as that there are too many viewers, the browser does not try again.
      if (target.readyState === EventSource.CLOSED) again = setTimeout(turn, 10_000);
    });
  };
  const turn = () => {
    clearTimeout(again);
    source?.close();
    if (!document.hidden) open();
  };
  document.addEventListener('visibilitychange', turn);
  turn();
}

/** Rows of the open incidents: only what changed is touched. */
function setRows(order, rows) {
  const body = /** @type {HTMLTableSectionElement} */ (document.querySelector('#open tbody'));
  const known = new Map([...body.rows].map((row) => [row.dataset.id, row]));
  for (const [id, cells] of Object.entries(rows)) {
    let row = known.get(id);
    if (row === undefined) {
      row = document.createElement('tr');
      row.dataset.id = id;
      known.set(id, row);
    }
    setHtml(row, cells);
  }
  if (order === undefined) return;
  const shown = new Set(order);
  for (const [id, row] of known) if (!shown.has(id)) row.remove();
  let at = body.firstElementChild;
  for (const id of order) {
    const row = known.get(id);
    if (row === undefined) continue;
    if (row === at) at = at.nextElementSibling;
    else body.insertBefore(row, at);
  }
  byId('quiet').hidden = order.length > 0;
}

function followWorld() {
  let isFirst = true;
  let seen = new Set();
  listen('/live/world', 'world', ({ title, asOf, order, rows = {}, ...parts }) => {
    if (title !== undefined) document.title = title;
    if (asOf !== undefined) setHtml(document.querySelector('.as-of'), asOf);
    for (const [id, html] of Object.entries(parts)) setHtml(byId(id), html);
    setRows(order, rows);
    if (order === undefined) return;
    const fresh = order.filter((id) => !seen.has(id));
    if (!isFirst && fresh.length > 0) announceNew(fresh);
    seen = new Set(order);
    isFirst = false;
  });
}

/** Only what is loud is spoken. */
function announceNew(ids) {
  const loud = ids
    .map((id) => document.querySelector(`#open tr[data-id="${CSS.escape(id)}"]`))
    .filter((row) => row?.querySelector('.badge.critical, .badge.warning'));
  if (loud.length === 1) announce(`New: ${loud[0].querySelector('.summary').textContent}`);
  else if (loud.length > 1) announce(`${loud.length} new incidents`);
}

/** Pages of one incident or AS ask for themselves again when something was told, though not more often than this. */
const askEveryMilliseconds = 5000;

function followSelf() {
  let isAsking = false;
  let isDue = false;
  let last = '';
  const askOnce = async () => {
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (response.ok) {
        const text = await response.text();
        if (last !== '' && text !== last) replaceMain(text);
        last = text;
      }
    } catch {
      isConnected(false);
    }
  };
  listen('/live/pulse', 'pulse', async () => {
    isDue = true;
    if (isAsking) return;
    isAsking = true;
    while (isDue) {
      isDue = false;
      await askOnce();
      await new Promise((resolve) => setTimeout(resolve, askEveryMilliseconds));
    }
    isAsking = false;
  });
}

function replaceMain(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  const main = byId('main');
  const opened = [...main.querySelectorAll('details')].map(({ open }) => open);
  setHtml(document.querySelector('.as-of'), fresh.querySelector('.as-of').innerHTML);
  setHtml(main, fresh.getElementById('main').innerHTML);
  setHtml(byId('site-notice'), fresh.getElementById('site-notice').innerHTML);
  for (const [i, details] of [...main.querySelectorAll('details')].entries())
    details.open = opened[i] ?? false;
  document.title = fresh.title;
  document.dispatchEvent(new Event('replaced'));
}

const follow = { world: followWorld, self: followSelf }[document.body.dataset.live];
follow?.();
