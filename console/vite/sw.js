// The service worker: keeps the page itself and its hashed files, so that it opens at once and also while the server is away. Never anything of the API: what is shown of calls is always the server's.
// FILES and VERSION are written above this by vite/offline.ts.
const CACHE = `console-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("console-") && name !== CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(hashed(request));
  else if (request.mode === "navigate" && PLACES.test(url.pathname)) event.respondWith(page(request));
});

/** A page says what it has loaded before this worker was there. */
addEventListener("message", (event) => {
  const loaded = event.data?.loaded;
  if (Array.isArray(loaded))
    event.waitUntil(Promise.allSettled(loaded.map((path) => hashed(new Request(path)))));
});

/** Somebody calls, and was told so by a notification: to the page that rings. */
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    clients
      .matchAll({ type: "window", includeUncontrolled: true })
      .then(([page]) => (page ? page.focus() : clients.openWindow("/phone"))),
  );
});

/** Its name is its content: what is kept is right for ever. */
async function hashed(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(CACHE)).put(request, response.clone());
  return response;
}

/** The server's own page first, since it may be newer; the kept one while nobody answers. */
async function page(request) {
  try {
    const response = await fetch(request);
    if (response.status < 500) return response;
  } catch {
    // away
  }
  return (await caches.match("/")) ?? Response.error();
}
