// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chooseDevice } from "./devices";
import { inWords } from "./faults";
import { useWhipCall } from "./useWhipCall";

const stopped: string[] = [];
let asked: string[];
let answer: () => Response;

class Connection extends EventTarget {
  localDescription = { sdp: "v=0" };
  addTrack() {}
  close() {}
  getSenders() {
    return [];
  }
  async createOffer() {
    return {};
  }
  async setLocalDescription() {}
  async setRemoteDescription() {}
}

class Events extends EventTarget {
  static opened: Events[] = [];
  onopen: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Events.opened.push(this);
  }
  close() {}
  tell(kind: string, data: unknown) {
    this.dispatchEvent(Object.assign(new Event(kind), { data: JSON.stringify(data) }));
  }
}

function microphone() {
  const track = Object.assign(new EventTarget(), { enabled: true, stop: () => stopped.push("microphone") });
  return { getTracks: () => [track], getAudioTracks: () => [track] };
}

beforeEach(() => {
  asked = [];
  stopped.length = 0;
  Events.opened = [];
  vi.stubGlobal("RTCPeerConnection", Connection);
  vi.stubGlobal("EventSource", Events);
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", { onLine: true, mediaDevices: { getUserMedia: async () => microphone() } });
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    asked.push(`${init.method ?? "GET"} ${url.pathname}${url.search}`);
    return url.pathname.endsWith("ice-servers") ? Response.json({ ice_servers: [] }) : answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

const called =
  (headers: Record<string, string> = {}) =>
  () =>
    new Response("v=0", {
      status: 201,
      headers: { Location: "/api/webrtc/calls/x", "X-Call-Id": "1", "X-Call-Ticket": "t", ...headers },
    });

async function begun(told = {}) {
  const hook = renderHook(() => useWhipCall(told));
  await act(async () => void hook.result.current.begin({ flow: "booking" }));
  return hook;
}

it("asks for the relays first, and names whom it calls where nobody takes the call", async () => {
  answer = () =>
    Response.json({ error: { code: "refused", message: "booking cannot answer." } }, { status: 409 });
  const { result } = await begun();
  expect(asked).toEqual(["GET /api/webrtc/ice-servers", "POST /api/webrtc/offer?flow=booking"]);
  expect(result.current.now?.state).toBe("ended");
  expect(result.current.now?.fault && inWords(result.current.now.fault)).toEqual({
    title: "booking refused the call",
    help: "booking cannot answer.",
  });
  expect(stopped).toEqual(["microphone"]);
});

it("hangs up when what began it leaves the page", async () => {
  answer = called();
  const { unmount } = await begun();
  unmount();
  expect(asked.at(-1)).toBe("DELETE /api/webrtc/calls/x");
  expect(stopped).toEqual(["microphone"]);
});

it("says so when the events begin anew, and ends with them", async () => {
  answer = called();
  const told: string[] = [];
  const { result } = await begun({ anew: () => told.push("anew"), event: (kind: string) => told.push(kind) });
  const [events] = Events.opened;
  act(() => {
    events?.onopen?.();
    events?.tell("final", { text: "hello" });
    events?.onopen?.();
    events?.tell("final", { text: "hello" });
    events?.tell("ended", { text: "They hung up." });
  });
  expect(told).toEqual(["anew", "final", "anew", "final", "ended"]);
  expect(result.current.now).toMatchObject({ state: "ended", why: "They hung up.", fault: null });
});

it("is spoken into the microphone that was chosen for the phone", async () => {
  const wanted: unknown[] = [];
  const getUserMedia = async (constraints: unknown) => {
    wanted.push(constraints);
    return microphone();
  };
  vi.stubGlobal("navigator", { onLine: true, mediaDevices: { getUserMedia } });
  chooseDevice("microphone", "headset");
  answer = called();
  await begun();
  chooseDevice("microphone", "");
  expect(wanted).toMatchObject([{ audio: { deviceId: { exact: "headset" } } }]);
});
