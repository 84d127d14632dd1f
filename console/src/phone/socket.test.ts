import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PING_MS, SipSocket } from "./socket";

/** A WebSocket that does what the test says. */
class Line {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static made: Line[] = [];
  readyState: number = Line.CONNECTING;
  binaryType = "blob";
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { wasClean: boolean; code: number; reason: string }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    Line.made.push(this);
  }
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = Line.OPEN;
    this.onopen?.();
  }
}

const last = () => Line.made.at(-1) as Line;
let told: string[];

function opened(): SipSocket {
  const socket = new SipSocket("ws://voice.example:8080/ws/sip");
  socket.onconnect = () => told.push("up");
  socket.ondisconnect = (error) => told.push(error ? "lost" : "closed");
  socket.connect();
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
  Line.made = [];
  told = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("speaks SIP's subprotocol and names its transport", () => {
  const socket = opened();
  expect(last().protocol).toBe("sip");
  expect([socket.via_transport, socket.sip_uri]).toEqual(["WS", "sip:voice.example:8080;transport=ws"]);
  expect(new SipSocket("wss://x/ws/sip").via_transport).toBe("WSS");
});

it("gives up a server that no longer answers its pings", () => {
  opened();
  last().open();
  vi.advanceTimersByTime(PING_MS);
  expect(last().sent).toEqual(["\r\n\r\n"]);
  last().onmessage?.({ data: "\r\n" });
  vi.advanceTimersByTime(PING_MS + 5000);
  expect(told).toEqual(["up", "lost"]);
});

it("does not hold silence against a server that never answers pings", () => {
  opened();
  last().open();
  vi.advanceTimersByTime(10 * PING_MS);
  expect(told).toEqual(["up"]);
});

it("gives up a connection that is not set up in time", () => {
  opened();
  vi.advanceTimersByTime(8000);
  expect(told).toEqual(["lost"]);
});

it("tells of a loss once, and connects anew after it", () => {
  const socket = opened();
  const first = last();
  first.open();
  socket.drop();
  first.onclose?.({ wasClean: false, code: 1006, reason: "" });
  expect(told).toEqual(["up", "lost"]);
  socket.connect();
  last().open();
  expect(Line.made).toHaveLength(2);
  expect(told).toEqual(["up", "lost", "up"]);
});

it("tells nothing when it was asked to close, and sends nothing then", () => {
  const socket = opened();
  last().open();
  socket.disconnect();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(["up"]);
  expect(socket.send("x")).toBe(false);
});
