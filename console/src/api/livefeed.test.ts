import { beforeEach, expect, test } from "vitest";
import { type Heard, LiveFeed, wants } from "./livefeed";

/** A clock and a server that are told what happens. */
class Stage {
  timers: { call: () => void; ms: number }[] = [];
  sockets: { heard: Heard; sent: Record<string, unknown>[]; closed: boolean }[] = [];
  feed = new LiveFeed({
    connect: (heard) => {
      const socket = { heard, sent: [] as Record<string, unknown>[], closed: false };
      this.sockets.push(socket);
      return {
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: () => {
          socket.closed = true;
        },
      };
    },
    later: (call, ms) => {
      const timer = { call, ms };
      this.timers.push(timer);
      return () => {
        this.timers = this.timers.filter((one) => one !== timer);
      };
    },
  });

  /** Everything that waits for at most so long happens. */
  pass(ms: number): number[] {
    const due = this.timers.filter((one) => one.ms <= ms);
    this.timers = this.timers.filter((one) => !due.includes(one));
    for (const one of due) one.call();
    return due.map((one) => one.ms);
  }

  get socket() {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("nobody connected");
    return last;
  }

  tell(message: Record<string, unknown>): void {
    this.socket.heard.text(JSON.stringify(message));
  }
}

let stage: Stage;
let seen: number[];
let gaps: number;
const wish = (topics: string[], call?: string) => ({
  topics,
  call,
  onEvent: (event: { seq: number }) => seen.push(event.seq),
  onGap: () => {
    gaps += 1;
  },
});

beforeEach(() => {
  stage = new Stage();
  seen = [];
  gaps = 0;
});

test("what several want is one subscription, told apart here", () => {
  stage.feed.add(wish(["call.*"]));
  stage.feed.add(wish(["turn"], "7"));
  stage.pass(100);
  stage.socket.heard.opened();
  expect(stage.socket.sent).toEqual([{ type: "subscribe", topics: ["call.*", "turn"], partials: false }]);
  stage.tell({ type: "event", seq: 1, topic: "call.started", call: "8" });
  stage.tell({ type: "event", seq: 2, topic: "turn", call: "8" });
  stage.tell({ type: "event", seq: 3, topic: "turn", call: "7" });
  expect(seen).toEqual([1, 3]);
});

test("after a lost connection it goes on behind the last event", () => {
  stage.feed.add(wish(["turn"]));
  stage.pass(100);
  stage.socket.heard.opened();
  stage.tell({ type: "subscribed", after: 40 });
  stage.tell({ type: "event", seq: 44, topic: "turn", call: "1" });
  stage.socket.heard.closed(1006);
  expect(stage.pass(500)).toEqual([500]);
  stage.socket.heard.opened();
  expect(stage.sockets).toHaveLength(2);
  expect(stage.socket.sent[0]).toMatchObject({ after: 44 });
});

test("it waits longer each time, and a server that is back resets that", () => {
  stage.feed.add(wish(["turn"]));
  stage.pass(100);
  stage.socket.heard.closed(1006);
  stage.pass(500);
  stage.socket.heard.closed(1006);
  expect(stage.pass(999)).toEqual([]);
  stage.pass(1000);
  stage.socket.heard.opened();
  stage.tell({ type: "subscribed", after: 1 });
  stage.socket.heard.closed(1006);
  expect(stage.pass(500)).toEqual([500]);
});

test("a connection that has said nothing for long is given up", () => {
  stage.feed.add(wish(["turn"]));
  stage.pass(100);
  stage.socket.heard.opened();
  const silent = stage.socket;
  stage.pass(40_000);
  expect(silent.closed).toBe(true);
  stage.pass(500);
  expect(stage.sockets).toHaveLength(2);
});

test("missing events are told", () => {
  stage.feed.add(wish(["turn"]));
  stage.pass(100);
  stage.socket.heard.opened();
  stage.tell({ type: "gap", upto: 9 });
  stage.tell({ type: "reset", after: 2 });
  expect(gaps).toBe(2);
});

test("without listeners it closes", () => {
  const end = stage.feed.add(wish(["turn"]));
  stage.pass(100);
  stage.socket.heard.opened();
  end();
  stage.pass(100);
  expect(stage.socket.closed).toBe(true);
});

test("topics are patterns", () => {
  expect(wants({ topics: ["call.*"] }, "call.ended", null)).toBe(true);
  expect(wants({ topics: ["call.*"] }, "callXended", null)).toBe(false);
  expect(wants({ topics: ["turn"] }, "turns", null)).toBe(false);
});
