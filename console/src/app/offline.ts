// Keeps the page's own files for when the server is away: the service worker of vite/sw.js. What goes wrong with that costs nothing else.

const SETTLED_MS = 3000;

/** Registers it, and tells it what this page has loaded: the first visit did that before there was a worker that could have kept it. Rejects where the browser has, or permits, none. */
export async function keepOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  // What the page loads lazily comes after its load event.
  setTimeout(() => active?.postMessage({ loaded: loadedFiles() }), SETTLED_MS);
}

function loadedFiles(): string[] {
  const all = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  return all
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"))
    .map(({ pathname }) => pathname);
}
