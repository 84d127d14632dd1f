// Stored events over `/ws/events`: one socket for the whole page, whatever its parts want to be told. Reconnects by itself and goes on behind the last event that it was sent, so that nothing is missed.
import type { Schema } from "./client";

/** What the API tells, told apart by `topic`. */
export type LiveEvent = Schema["EventPage"]["items"][number];
export type Partial = Schema["PartialLive"];

export interface Wish {
  /** Topics, `*` for anything: `call.*`, `turn`. */
  topics: readonly string[];
  /** Of one call alone. */
  call?: string;
  onEvent: (event: LiveEvent) => void;
  /** What is understood of callers while they speak. */
  onPartial?: (partial: Partial) => void;
  /** Events are missing (the server no longer keeps them, or is another one): read anew what you show. */
  onGap?: () => void;
}

/** What a socket tells. */
export interface Heard {
  opened: () => void;
  text: (text: string) => void;
  closed: (code: number) => void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export type FeedState = "idle" | "connecting" | "open" | "waiting";

export interface FeedParts {
  connect: (heard: Heard) => Socket;
  /** Calls later; returns what takes that back. */
  later: (call: () => void, ms: number) => () => void;
  onState?: (state: FeedState) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const GATHER_MS = 60;
const SILENT_MS = 40_000;
const SILENT = 1006;
/** Closed with these, coming back at once would not help. */
const REFUSED = new Set([4003, 4004, 1008]);

export class LiveFeed {
  private readonly wishes = new Set<Wish>();
  private socket: Socket | null = null;
  private open = false;
  private after: number | null = null;
  private said = "";
  private tries = 0;
  private stopWaiting: (() => void) | null = null;
  private stopGathering: (() => void) | null = null;
  private stopListening: (() => void) | null = null;

  constructor(private readonly parts: FeedParts) {}

  /** Tells this wish's events from now on. Returns what ends that. */
  add(wish: Wish): () => void {
    this.wishes.add(wish);
    this.gather();
    return () => {
      this.wishes.delete(wish);
      this.gather();
    };
  }

  /** The network is back: do not wait for the next try. */
  wake(): void {
    if (this.socket !== null || this.wishes.size === 0) return;
    this.stopWaiting?.();
    this.stopWaiting = null;
    this.connect();
  }

  /** Parts of a page that come and go together make one subscription. */
  private gather(): void {
    this.stopGathering?.();
    this.stopGathering = this.parts.later(() => {
      this.stopGathering = null;
      if (this.wishes.size === 0) this.rest();
      else if (this.socket === null && this.stopWaiting === null) this.connect();
      else if (this.open) this.subscribe();
    }, GATHER_MS);
  }

  /** Nobody listens any more. */
  private rest(): void {
    this.stopWaiting?.();
    this.stopWaiting = null;
    this.after = null;
    const socket = this.socket;
    this.drop();
    socket?.close();
    this.parts.onState?.("idle");
  }

  private connect(): void {
    this.parts.onState?.("connecting");
    const socket: Socket = this.parts.connect({
      opened: () => {
        this.open = true;
        this.said = "";
        this.subscribe();
        this.listen();
      },
      text: (text) => {
        if (this.socket !== socket) return;
        this.listen();
        this.heard(text);
      },
      closed: (code) => {
        if (this.socket === socket) this.lost(code);
      },
    });
    this.socket = socket;
  }

  private lost(code: number): void {
    this.drop();
    const wait = REFUSED.has(code)
      ? LONGEST_WAIT_MS
      : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    this.parts.onState?.("waiting");
    this.stopWaiting = this.parts.later(() => {
      this.stopWaiting = null;
      if (this.wishes.size > 0) this.connect();
    }, wait);
  }

  private drop(): void {
    this.socket = null;
    this.open = false;
    this.stopListening?.();
    this.stopListening = null;
  }

  /** Without a word for so long (a heartbeat comes every 15 s) the connection is dead, whatever it says. */
  private listen(): void {
    this.stopListening?.();
    this.stopListening = this.parts.later(() => {
      const socket = this.socket;
      this.lost(SILENT);
      socket?.close();
    }, SILENT_MS);
  }

  private subscribe(): void {
    const wishes = [...this.wishes];
    const topics = [...new Set(wishes.flatMap((one) => one.topics))].sort();
    const calls = new Set(wishes.map((one) => one.call ?? ""));
    const [call] = calls.size === 1 ? calls : [""];
    const wanted = {
      topics,
      ...(call && { call }),
      partials: wishes.some((one) => one.onPartial !== undefined),
    };
    const text = JSON.stringify(wanted);
    if (text === this.said) return;
    this.said = text;
    this.socket?.send(
      JSON.stringify({ type: "subscribe", ...wanted, ...(this.after !== null && { after: this.after }) }),
    );
  }

  private heard(text: string): void {
    const message = JSON.parse(text) as { type: string; after?: number; seq?: number };
    switch (message.type) {
      case "subscribed":
        this.tries = 0;
        this.after = message.after ?? this.after;
        this.parts.onState?.("open");
        break;
      case "heartbeat":
        this.after = message.after ?? this.after;
        break;
      case "event": {
        const event = message as unknown as LiveEvent;
        this.after = event.seq;
        for (const wish of [...this.wishes]) if (wants(wish, event.topic, event.call)) wish.onEvent(event);
        break;
      }
      case "partial": {
        const partial = message as unknown as Partial;
        for (const wish of [...this.wishes])
          if (!wish.call || wish.call === partial.call) wish.onPartial?.(partial);
        break;
      }
      case "gap":
      case "reset":
        this.after = message.after ?? this.after;
        for (const wish of [...this.wishes]) wish.onGap?.();
        break;
    }
  }
}

/** Whether a wish is for an event of this topic and call. */
export function wants(
  wish: Pick<Wish, "topics" | "call">,
  topic: string,
  call: string | null | undefined,
): boolean {
  if (wish.call !== undefined && wish.call !== call) return false;
  return wish.topics.some((pattern) =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(topic),
  );
}
