// Installing the console as an app: the browser says when it could (beforeinstallprompt, Chromium), and asks the user itself.
import { useSyncExternalStore } from "react";

interface InstallEvent extends Event {
  prompt: () => Promise<unknown>;
}

let offered: InstallEvent | null = null;
const watchers = new Set<() => void>();

function set(event: InstallEvent | null): void {
  offered = event;
  for (const watcher of watchers) watcher();
}

/** Listens from the start: the browser says it once, early. */
export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    set(event as InstallEvent);
  });
  addEventListener("appinstalled", () => set(null));
}

/** Asks whether to install; null where that cannot be, or is done. */
export function useInstall(): (() => Promise<void>) | null {
  const event = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => offered,
  );
  if (event === null) return null;
  return async () => {
    set(null); // it can be asked once
    await event.prompt();
  };
}
