import { beforeEach, describe, expect, it } from "vitest";
import { GatewayLink, type LinkSocket, type LinkState, type SocketTells } from "./link";
import type { ServerMessage } from "./messages";

class FakeSocket implements LinkSocket {
  readonly sent: (string | ArrayBuffer)[] = [];
  closedWith: number | null = null;
  constructor(readonly tells: SocketTells) {}
  send(data: string | ArrayBuffer): void {
    this.sent.push(data);
  }
  close(code: number): void {
    this.closedWith = code;
  }
  say(message: object): void {
    this.tells.text(JSON.stringify(message));
  }
  /** What it was sent, pings left out. */
  get said(): Record<string, unknown>[] {
    return this.sent
      .filter((data) => typeof data === "string")
      .map((data) => JSON.parse(data) as Record<string, unknown>)
      .filter((message) => message.type !== "ping");
  }
}

let now = 0;
let timers: { at: number; call: () => void }[] = [];
let sockets: FakeSocket[] = [];
let states: LinkState[] = [];
let messages: ServerMessage[] = [];

function run(ms: number): void {
  const end = now + ms;
  for (;;) {
    const next = timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
    if (next === undefined) break;
    timers = timers.filter((one) => one !== next);
    now = Math.max(now, next.at);
    next.call();
  }
  now = end;
}

function socket(index = -1): FakeSocket {
  const found = sockets.at(index);
  if (found === undefined) throw new Error("there is no such socket");
  return found;
}

function link(): GatewayLink {
  return new GatewayLink(
    {
      connect: (tells) => {
        const made = new FakeSocket(tells);
        sockets.push(made);
        return made;
      },
      now: () => now,
      later: (call, ms) => {
        const timer = { at: now + ms, call };
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
    },
    {
      message: (message) => messages.push(message),
      audio: () => {},
      state: (state) => states.push(state),
    },
    { mode: "hybrid", agent: "demo" },
    { format: "pcm16", rate: 16_000, acks: true },
  );
}

function begun(): GatewayLink {
  const made = link();
  socket().tells.opened();
  socket().say({
    type: "ready",
    seq: 1,
    session: "s",
    call: "c",
    token: "t",
    agent: "demo",
    mode: "hybrid",
    resume_s: 30,
  });
  return made;
}

beforeEach(() => {
  now = 0;
  timers = [];
  sockets = [];
  states = [];
  messages = [];
});

describe("GatewayLink", () => {
  it("begins with what is wanted, and what was said before it was ready is said then", () => {
    const made = link();
    made.say({ type: "message", content: "hello" });
    socket().tells.opened();
    expect(socket().said).toEqual([
      { type: "init", mode: "hybrid", agent: "demo", audio: { format: "pcm16", rate: 16_000, acks: true } },
    ]);
    socket().say({
      type: "ready",
      seq: 1,
      session: "s",
      call: "c",
      token: "t",
      agent: "demo",
      mode: "hybrid",
      resume_s: 30,
    });
    expect(socket().said.at(-1)).toEqual({ type: "message", content: "hello" });
    expect(made.state.kind).toBe("live");
  });

  it("goes on where it was when the socket is lost: nothing is lost, and nothing said twice", () => {
    const made = begun();
    made.say({ type: "message", content: "one" });
    socket().say({ type: "agent", seq: 2, text: "Yes?", line: 0 });
    socket().tells.closed(1006, "");
    expect(made.state.kind).toBe("away");
    made.say({ type: "message", content: "two" });
    made.say({ type: "played", ms: 100 });
    run(300);
    socket().tells.opened();
    expect(socket().said).toEqual([{ type: "resume", session: "s", token: "t", received: 2 }]);
    // The first ping and "one" were taken.
    socket().say({ type: "resumed", call: "c", last: 3, missed: false, taken: 2, audio_ms: 0 });
    socket().say({ type: "agent", seq: 2, text: "Yes?", line: 0 });
    socket().say({ type: "agent", seq: 3, text: "Two?", line: 1 });
    expect(socket().said.slice(1)).toEqual([{ type: "message", content: "two" }]);
    const heard = messages.flatMap((one) => (one.type === "agent" ? [one.text] : []));
    expect(heard).toEqual(["Yes?", "Two?"]);
    expect(made.state.kind).toBe("live");
  });

  it("takes a socket without a sign of life for lost, by a code that does not hang up", () => {
    begun();
    const first = socket();
    run(12_000);
    expect(first.closedWith).toBe(4000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("stays while pings are answered, and tells the network of it", () => {
    begun();
    for (let i = 0; i < 10; i += 1) {
      const last = socket().sent.findLast((data) => typeof data === "string" && data.includes('"ping"'));
      socket().say({ type: "pong", at: (JSON.parse(String(last)) as { at: number }).at });
      run(2_000);
    }
    expect(sockets).toHaveLength(1);
    expect(socket().said.filter((one) => one.type === "network").length).toBeGreaterThan(1);
  });

  it("gives up when the server no longer waits", () => {
    const made = begun();
    for (let i = 0; i < 40 && made.state.kind !== "over"; i += 1) {
      socket().tells.closed(1006, "");
      run(4_000);
    }
    expect(made.state).toMatchObject({ kind: "over", ending: { kind: "lost" } });
  });

  it("says that a server which was started anew knows it no more", () => {
    const made = begun();
    socket().tells.closed(1006, "");
    run(300);
    socket().tells.opened();
    socket().say({ type: "error", code: "gone", message: "There is no such conversation." });
    socket().tells.closed(4008, "");
    expect(made.state).toMatchObject({ kind: "over", ending: { kind: "lost" } });
  });

  it("tells why it could not begin, and when to try again", () => {
    const made = link();
    socket().tells.opened();
    socket().say({
      type: "error",
      code: "unavailable",
      message: "The voice is being loaded.",
      retry_after_s: 4,
    });
    socket().tells.closed(4005, "");
    expect(made.state).toMatchObject({
      kind: "over",
      ending: { kind: "warming", retryAfterS: 4, text: "The voice is being loaded." },
    });
  });

  it("hangs up once, also while there is no socket", () => {
    const made = begun();
    made.end();
    expect(socket().said.at(-1)).toEqual({ type: "end" });
    socket().say({
      type: "ended",
      seq: 2,
      by: "peer",
      why: "hangup",
      code: null,
      detail: null,
      text: "You hung up.",
    });
    socket().tells.closed(1000, "");
    expect(made.state).toMatchObject({ kind: "over", ending: { kind: "done", text: "You hung up." } });
    expect(timers).toHaveLength(0);
    const other = begun();
    socket().tells.closed(1006, "");
    other.end();
    expect(other.state.kind).toBe("over");
  });
});
