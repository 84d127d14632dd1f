// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RETRY_MS } from "./recovery";
import { WhipCall } from "./whip";

class Connection extends EventTarget {
  static made: Connection[] = [];
  iceConnectionState = "connected";
  connectionState = "new";
  signalingState = "stable";
  localDescription = { sdp: "v=0" };
  answers: string[] = [];
  spoken: unknown[] = [];
  offers = 0;
  constructor() {
    super();
    Connection.made.push(this);
  }
  addTrack() {}
  close() {}
  readonly transport = Object.assign(new EventTarget(), { state: "connected" });
  getSenders() {
    return [{ transport: this.transport, replaceTrack: async (track: unknown) => this.spoken.push(track) }];
  }
  async createOffer() {
    this.offers += 1;
    return { sdp: `a=ice-ufrag:ours${this.offers}\r\na=ice-pwd:secret\r\nm=audio 9 X 0\r\n` };
  }
  async setLocalDescription() {}
  async setRemoteDescription({ sdp }: { sdp: string }) {
    this.answers.push(/ice-ufrag:(\S+)/.exec(sdp)?.[1] ?? "");
  }
  become(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

class Devices extends EventTarget {
  microphones: EventTarget[] = [];
  there = true;
  async getUserMedia() {
    if (!this.there) throw new DOMException("", "NotFoundError");
    const track = Object.assign(new EventTarget(), { enabled: true, stop: () => undefined });
    this.microphones.push(track);
    return { getTracks: () => [track], getAudioTracks: () => [track] };
  }
}

class Events extends EventTarget {
  static made: Events[] = [];
  constructor() {
    super();
    Events.made.push(this);
  }
  close() {}
}

const ANSWER = "v=0\r\na=ice-ufrag:theirs\r\na=ice-pwd:secret\r\n";
const CREATED = { Location: "/calls/1", "X-Call-Id": "1", "X-Call-Ticket": "ticket" };
let devices: Devices;
let waiting: ((answer: string) => void)[];
const last = () => Connection.made.at(-1) as Connection;

beforeEach(() => {
  vi.useFakeTimers();
  devices = new Devices();
  waiting = [];
  vi.stubGlobal("RTCPeerConnection", Connection);
  vi.stubGlobal("EventSource", Events);
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", { onLine: true, mediaDevices: devices });
  vi.stubGlobal("fetch", async (_url: URL, { method = "GET", signal }: RequestInit) => {
    if (method === "POST") return new Response(ANSWER, { headers: CREATED });
    if (method !== "PATCH") return Response.json({ ice_servers: [] });
    return new Promise<Response>((done, failed) => {
      waiting.push((ufrag) => done(new Response(`a=ice-ufrag:${ufrag}\r\na=ice-pwd:secret\r\n`)));
      signal?.addEventListener("abort", () => failed(signal.reason));
    });
  });
});
afterEach(() => {
  // Calls of one test must not hear the events of the next.
  dispatchEvent(new Event("pagehide"));
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function up(): Promise<WhipCall> {
  const call = new WhipCall({ server: "http://voice.example" }, { changed: () => undefined });
  await call.start();
  last().become("connected");
  expect(call.now.state).toBe("up");
  return call;
}

it("goes on after another network, though ICE never said that the old way had failed", async () => {
  const call = await up();
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(0);
  expect(call.now.state).toBe("lost");
  waiting[0]?.("theirs1");
  await vi.advanceTimersByTimeAsync(40_000);
  expect(call.now.state).toBe("up");
});

it("takes the answer to its newest ICE restart alone: the server goes by that one", async () => {
  const call = await up();
  waiting = [];
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(RETRY_MS + 10);
  waiting[0]?.("theirs1");
  waiting.at(-1)?.("theirs2");
  await vi.advanceTimersByTimeAsync(0);
  expect(last().answers).toEqual(["theirs", "theirs2"]);
  expect(call.now.state).toBe("up");
});

it("speaks again once a microphone is plugged in in place of the one that was unplugged", async () => {
  const call = await up();
  devices.there = false;
  devices.microphones[0]?.dispatchEvent(new Event("ended"));
  await vi.advanceTimersByTimeAsync(0);
  expect(call.now.fault?.name).toBe("microphone_gone");
  devices.there = true;
  devices.dispatchEvent(new Event("devicechange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(call.now.fault).toBeNull();
  expect(last().spoken).toEqual([devices.microphones[1]]);
});

it("says what to do where a browser takes no way to its own machine", async () => {
  vi.stubGlobal("fetch", async (_url: URL, { method = "GET" }: RequestInit) =>
    method === "POST"
      ? new Response(`${ANSWER}a=candidate:1 1 UDP 2130706431 127.0.0.1 15040 typ host\r\n`)
      : Response.json({ ice_servers: [] }),
  );
  const call = new WhipCall({ server: "http://localhost:8080" }, { changed: () => undefined });
  await call.start();
  last().become("failed");
  expect(call.now.fault?.name).toBe("loopback");
});

it("waits a moment for the reason of an end that came before it", async () => {
  const call = await up();
  Object.assign(last().transport, { state: "closed" }).dispatchEvent(new Event("statechange"));
  const ended = Object.assign(new Event("ended"), {
    data: JSON.stringify({ why: "the server was stopped" }),
  });
  Events.made.at(-1)?.dispatchEvent(ended);
  expect(call.now.fault?.name).toBe("server_stopped");
  const untold = await up();
  Object.assign(last().transport, { state: "closed" }).dispatchEvent(new Event("statechange"));
  await vi.advanceTimersByTimeAsync(2000);
  expect([untold.now.state, untold.now.fault]).toEqual(["ended", null]);
});
