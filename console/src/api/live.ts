// The page's one feed of events, and the hook to it.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { doubt, onBack } from "./connection";
import { type FeedState, LiveFeed, type Wish } from "./livefeed";
import { queries } from "./queries";

export type { LiveEvent, Partial } from "./livefeed";

let state: FeedState = "idle";
const watchers = new Set<() => void>();

const feed = new LiveFeed({
  connect: (heard) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/events`);
    socket.onopen = () => heard.opened();
    socket.onclose = (event) => heard.closed(event.code);
    socket.onmessage = (event) => {
      if (typeof event.data === "string") heard.text(event.data);
    };
    return socket;
  },
  later: (call, ms) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  onState: (now) => {
    state = now;
    if (now === "waiting") doubt();
    for (const watcher of watchers) watcher();
  },
});
onBack(() => feed.wake());
addEventListener("online", () => feed.wake());

export interface LiveOptions {
  /** Of one call alone. */
  call?: string;
  onPartial?: Wish["onPartial"];
  /** Without one, everything that is shown is read anew. */
  onGap?: () => void;
  /** false: not now. */
  enabled?: boolean;
}

/** Tells stored events as they happen: `useLiveEvents(["call.*"], (event) => …)`. The handler may be another one each draw. */
export function useLiveEvents(
  topics: readonly string[],
  onEvent: Wish["onEvent"],
  options: LiveOptions = {},
): void {
  const { call, enabled = true } = options;
  const latest = useRef({ onEvent, options });
  latest.current = { onEvent, options };
  const names = topics.join(",");
  const partials = options.onPartial !== undefined;
  useEffect(() => {
    if (!enabled) return;
    return feed.add({
      topics: names.split(","),
      call,
      onEvent: (event) => latest.current.onEvent(event),
      onPartial: partials ? (partial) => latest.current.options.onPartial?.(partial) : undefined,
      onGap: () => {
        const told = latest.current.options.onGap;
        if (told) told();
        else void queries.invalidateQueries();
      },
    });
  }, [names, call, enabled, partials]);
}

/** Whether events come: `open`; `waiting`: the connection was lost and is tried again. */
export function useLiveState(): FeedState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}
