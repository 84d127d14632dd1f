// What happens to the page that a telephone is in: its network, its sleep, its end.

export interface PageEvents {
  online: () => void;
  offline: () => void;
  /** The page is looked at again. */
  seen: () => void;
  /** Whether the user is asked before the page is left. */
  held: () => boolean;
  /** It is left, maybe for good. */
  left: () => void;
  /** It comes back out of the browser's memory (bfcache), as it was left. */
  restored: () => void;
}

/** Watches them; returns what ends that. */
export function watchPage(told: PageEvents): () => void {
  const stop = new AbortController();
  const on = (type: string, listener: (event: Event) => void, target: EventTarget = window) =>
    target.addEventListener(type, listener, { signal: stop.signal });
  on("online", told.online);
  on("offline", told.offline);
  on("beforeunload", (event) => {
    if (told.held()) event.preventDefault();
  });
  on("pagehide", told.left);
  on("pageshow", (event) => {
    if ((event as PageTransitionEvent).persisted) told.restored();
  });
  on(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") told.seen();
    },
    document,
  );
  return () => stop.abort();
}
