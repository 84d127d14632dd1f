// Whether the server can be reached: said by every request, and asked anew by itself while it cannot.
import { useSyncExternalStore } from "react";

let away = false;
let asking: ReturnType<typeof setTimeout> | null = null;
let tries = 0;
const watchers = new Set<() => void>();
const backs = new Set<() => void>();

const FIRST_MS = 1000;
const LONGEST_MS = 15_000;

export function reached(): void {
  if (!away) return;
  away = false;
  tries = 0;
  if (asking !== null) clearTimeout(asking);
  asking = null;
  tell();
  for (const back of backs) back();
}

export function unreached(): void {
  if (!away) {
    away = true;
    tell();
  }
  askLater();
}

/** Asks now instead of when its turn comes. */
export function askNow(): void {
  if (asking !== null) clearTimeout(asking);
  asking = null;
  void ask();
}

/** Something that leads to the server was lost: finds out whether it is there. */
export function doubt(): void {
  if (!away) void ask();
}

/** Called whenever the server is there again. Returns what ends that. */
export function onBack(call: () => void): () => void {
  backs.add(call);
  return () => backs.delete(call);
}

export function useUnreachable(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => away,
  );
}

function askLater(): void {
  if (asking !== null) return;
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
  tries += 1;
  asking = setTimeout(() => {
    asking = null;
    void ask();
  }, wait);
}

/** Anything that the server itself says will do, also that it is not ready. */
async function ask(): Promise<void> {
  try {
    const response = await fetch("/api/console/session", { cache: "no-store" });
    if (response.status === 502 || response.status === 504) unreached();
    else reached();
  } catch {
    unreached();
  }
}

function tell(): void {
  for (const watcher of watchers) watcher();
}
