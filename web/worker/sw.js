/*
 * The service worker: keeps the shell of the page, so that it opens without a line.
 *
 * W1  Only the files named at build time are kept, and they are the same for everybody. Nothing under /v1 is ever read
 *     from here or written here; such requests do not pass through at all.
 * W2  The page itself is asked for first, so that a new version is seen at once; without an answer in time the kept one
 *     is shown. Files with a digest in their name never change.
 * W3  A new version throws away what the former kept.
 *
 * SHELL is written in by vite.config.ts: a version of all contents, and their addresses.
 */
const SHELL = { version: '', files: [] };
const CACHE = `shell-${SHELL.version}`;
const WAIT_MS = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL.files.map((file) => new Request(file, { cache: 'reload', credentials: 'omit' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const kept = async (address) => (await caches.open(CACHE)).match(address, { ignoreVary: true });

async function page(request) {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), WAIT_MS);
  try {
    return await fetch(request, { signal: given.signal });
  } catch (error) {
    const shell = await kept('/');
    if (shell) return shell;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const file = async (request) => (await kept(request.url)) ?? fetch(request);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === '/') event.respondWith(page(request));
  } else if (SHELL.files.includes(pathname)) {
    event.respondWith(file(request));
  }
});
