// A call by HTTP (WHIP, RFC 9725): an offer to /api/webrtc/offer, an ICE restart by PATCH, an end by DELETE, and what happens in it as server-sent events. No React and no words: the console's pages and the embedded phone use it.
import { type Fault, FaultError, type FaultName, isOffline, microphone, noMedia, toldFault } from "./fault";
import { answerWith, fragmentOf } from "./fragment";
import { Recovery } from "./recovery";

export type WhipState = "idle" | "asking" | "connecting" | "up" | "lost" | "ended";

/** How it stands: a new object with each change. */
export interface WhipNow {
  state: WhipState;
  muted: boolean;
  /** When audio began, ms since 1970. */
  since: number | null;
  callId: string;
  fault: Fault | null;
  /** Why the other side ended it, in its words; "" where nobody said. */
  why: string;
}

export interface WhipOptions {
  /** Where the server is; without one, here. */
  server?: string;
  /** Whom to call: `{to}`, `{agent}` or `{flow}`, with `voice`, `language`, `name`; nothing with a call token. */
  query?: Record<string, string>;
  /** A call token (POST /api/webrtc/tokens) or a key; without one the page's own sign-in counts. */
  token?: string;
  /** Which microphone; raises FaultError. */
  open?: () => Promise<MediaStream>;
}

export interface WhipTold {
  changed: (now: WhipNow) => void;
  /** An event of the call, as /api/telephony/calls/{id}/events tells it. */
  event?: (kind: string, data: Record<string, unknown>) => void;
  /** The stream of events is open: they are told from the beginning of the call, be it once more. */
  anew?: () => void;
}

const EVENTS = [
  "state",
  "partial",
  "final",
  "agent",
  "operator",
  "heard",
  "latency",
  "barge_in",
  "outcome",
  "flow",
  "ended",
];
/** So long the reason for an end may come behind the end itself. */
const TOLD_WITHIN_MS = 1000;
const BEGUN = { state: "idle", muted: false, since: null, callId: "", fault: null, why: "" } as const;

export class WhipCall {
  now: WhipNow = BEGUN;
  readonly #options: WhipOptions;
  readonly #told: WhipTold;
  readonly #server: string;
  readonly #recovery: Recovery;
  #connection: RTCPeerConnection | null = null;
  #microphone: MediaStream | null = null;
  #heard: MediaStream | null = null;
  #place = "";
  #answer = "";
  #events: EventSource | null = null;
  #quit: (() => void)[] = [];
  /** Of the ICE restart that is under way. */
  #restarting = new AbortController();

  constructor(options: WhipOptions, told: WhipTold) {
    this.#options = options;
    this.#told = told;
    this.#server = options.server ?? location.origin;
    this.#recovery = new Recovery({
      restart: () => {
        void this.#restart();
        return true;
      },
      told: (lost) => this.#set({ state: lost ? "lost" : "up" }),
      giveUp: () => this.#finish({ name: "call_lost" }),
    });
  }

  get connection(): RTCPeerConnection | null {
    return this.#connection;
  }
  get microphone(): MediaStream | null {
    return this.#microphone;
  }
  /** What comes from there: give it to an <audio> element. */
  get heard(): MediaStream | null {
    return this.#heard;
  }

  /** Calls. Begin it in a click: browsers let sound out after one alone. What goes wrong stands in `now.fault`. */
  async start(): Promise<void> {
    this.#set({ ...BEGUN, state: "asking" });
    try {
      if (typeof RTCPeerConnection === "undefined") throw new FaultError({ name: "unsupported" });
      const [stream, iceServers] = await Promise.all([
        (this.#options.open ?? microphone)(),
        this.#iceServers(),
      ]);
      this.#microphone = stream;
      if (this.#over()) return this.#release();
      this.#set({ state: "connecting" });
      await this.#connect(stream, iceServers);
    } catch (error) {
      this.#finish(error instanceof FaultError ? error.fault : { name: "server_fault" });
    }
  }

  mute(muted: boolean): void {
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !muted;
    this.#set({ muted });
  }

  /** In the audio stream (RFC 4733); false where that is not possible. */
  digit(digit: string): boolean {
    const dtmf = this.#connection?.getSenders()[0]?.dtmf;
    if (!dtmf?.canInsertDTMF) return false;
    dtmf.insertDTMF(dtmf.toneBuffer + digit, 120, 70);
    return true;
  }

  hangUp(): void {
    this.#finish(null);
  }

  async #connect(stream: MediaStream, iceServers: RTCIceServer[]): Promise<void> {
    const connection = new RTCPeerConnection({ iceServers });
    this.#connection = connection;
    for (const track of stream.getAudioTracks()) {
      connection.addTrack(track, stream);
      track.addEventListener("ended", () => this.#unplugged(track));
    }
    connection.addEventListener("track", ({ track, streams }) => {
      this.#heard = streams[0] ?? new MediaStream([track]);
      this.#set({});
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (this.now.since !== null) this.#recovery.media(connection.iceConnectionState);
    });
    connection.addEventListener("connectionstatechange", () => this.#connectionChanged(connection));
    await connection.setLocalDescription(await connection.createOffer());
    const query = new URLSearchParams(this.#options.query ?? {}).toString();
    const response = await this.#ask(`/api/webrtc/offer${query && `?${query}`}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: connection.localDescription?.sdp ?? "",
    });
    this.#place = response.headers.get("Location") ?? "";
    this.#answer = await response.text();
    if (this.#over()) return this.#end();
    this.#set({ callId: response.headers.get("X-Call-Id") ?? "" });
    this.#listen(response.headers.get("X-Call-Ticket") ?? "");
    await connection.setRemoteDescription({ type: "answer", sdp: this.#answer });
    const transport = connection.getSenders()[0]?.transport;
    transport?.addEventListener("statechange", () => {
      if (transport.state === "closed") this.#closedThere();
    });
    this.#watch();
  }

  #connectionChanged(connection: RTCPeerConnection): void {
    if (connection.connectionState === "connected" && this.now.since === null)
      this.#set({ state: "up", since: Date.now() });
    if (connection.connectionState !== "failed") return;
    // Never connected: no way for audio. Connected before, and ICE stands: the other side has ended it.
    if (this.now.since === null)
      this.#finish(this.#isOffline() ? { name: "no_network" } : noMedia(this.#answer));
    else if (connection.iceConnectionState !== "failed") this.#closedThere();
  }

  /** What happens in the call, and how it ends, in the server's words. */
  #listen(ticket: string): void {
    if (ticket === "" || this.now.callId === "") return;
    const path = `/api/telephony/calls/${encodeURIComponent(this.now.callId)}/events`;
    const source = new EventSource(`${this.#server}${path}?ticket=${encodeURIComponent(ticket)}`);
    this.#events = source;
    source.onopen = () => this.#told.anew?.();
    for (const kind of EVENTS)
      source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        const told = JSON.parse(data) as Record<string, unknown>;
        this.#told.event?.(kind, told);
        if (kind !== "ended") return;
        this.#set({
          why: typeof told.text === "string" && told.text !== "" ? told.text : String(told.why ?? ""),
        });
        this.#overThere(toldFault(String(told.why)));
      });
  }

  #watch(): void {
    const on = (type: string, listener: () => void) => {
      addEventListener(type, listener);
      this.#quit.push(() => removeEventListener(type, listener));
    };
    on("pagehide", () => this.#finish(null));
    const media = navigator.mediaDevices;
    const plugged = () => {
      if (this.now.fault?.name === "microphone_gone") this.#replug();
    };
    media?.addEventListener?.("devicechange", plugged);
    this.#quit.push(() => media?.removeEventListener?.("devicechange", plugged));
    // Another network: what ICE found on the old one is of no use.
    on("online", () => {
      if (this.now.since !== null) this.#recovery.networkChanged();
    });
  }

  async #restart(): Promise<void> {
    const connection = this.#connection;
    if (connection === null || connection.signalingState === "closed") return;
    // One that has no answer yet is of no use any more: its answer would undo what the server was told since.
    this.#restarting.abort();
    this.#restarting = new AbortController();
    const { signal } = this.#restarting;
    try {
      const offer = await connection.createOffer({ iceRestart: true });
      if (signal.aborted) return;
      await connection.setLocalDescription(offer);
      const response = await this.#ask(this.#place, {
        method: "PATCH",
        headers: { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*" },
        body: fragmentOf(offer.sdp ?? ""),
        signal,
      });
      const answer = answerWith(this.#answer, await response.text());
      if (answer === null || signal.aborted || this.#over()) return;
      this.#answer = answer;
      await connection.setRemoteDescription({ type: "answer", sdp: answer });
      this.#recovery.restarted();
    } catch (error) {
      // 404: the server has given the call up. All else passes, and is tried again.
      if (error instanceof FaultError && error.fault.name === "not_found")
        this.#finish({ name: "call_lost" });
    }
  }

  #unplugged(track: MediaStreamTrack): void {
    if (this.#over() || this.#microphone?.getAudioTracks()[0] !== track) return;
    this.#set({ fault: { name: "microphone_gone" } });
    this.#replug();
  }

  /** Takes a microphone in place of the one that is gone, where there is any. */
  #replug(): void {
    const open = this.#options.open ?? microphone;
    open()
      .then(async (stream) => {
        const [next] = stream.getAudioTracks();
        if (next === undefined || this.#over() || this.now.fault?.name !== "microphone_gone") {
          for (const track of stream.getTracks()) track.stop();
          return;
        }
        next.enabled = !this.now.muted;
        next.addEventListener("ended", () => this.#unplugged(next));
        this.#microphone = stream;
        await this.#connection?.getSenders()[0]?.replaceTrack(next);
        this.#set({ fault: null });
      })
      .catch(() => undefined);
  }

  /** Its media is closed there: why stands in the call's last event, which comes by another way and may be later. */
  #closedThere(): void {
    if (this.#over()) return;
    const timer = setTimeout(() => this.#overThere(), this.#events === null ? 0 : TOLD_WITHIN_MS);
    this.#quit.push(() => clearTimeout(timer));
  }

  /** The other side, or the server, has ended it: there is nothing left to end. */
  #overThere(fault: Fault | null = null): void {
    this.#place = "";
    this.#finish(fault);
  }

  #finish(fault: Fault | null): void {
    if (this.#over()) return;
    const { to, agent, flow } = this.#options.query ?? {};
    const about = to ?? agent ?? flow;
    this.#set({
      state: "ended",
      fault: fault === null || about === undefined ? (fault ?? this.now.fault) : { ...fault, about },
    });
    this.#end();
  }

  /** Lets go of all, and tells the server. The connection goes last: closed first it would tell by itself, and the server would know of no such call when it is asked to end it. */
  #end(): void {
    this.#recovery.close();
    this.#restarting.abort();
    for (const quit of this.#quit) quit();
    this.#quit = [];
    this.#events?.close();
    this.#release();
    const connection = this.#connection;
    if (this.#place === "") connection?.close();
    else
      this.#ask(this.#place, { method: "DELETE", keepalive: true })
        .catch(() => undefined)
        .finally(() => connection?.close());
  }

  #release(): void {
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
  }

  #isOffline(): boolean {
    return isOffline(new URL(this.#server).hostname);
  }

  #over(): boolean {
    return this.now.state === "ended";
  }

  #set(changed: Partial<WhipNow>): void {
    this.now = { ...this.now, ...changed };
    this.#told.changed(this.now);
  }

  async #iceServers(): Promise<RTCIceServer[]> {
    try {
      const body = (await (await this.#ask("/api/webrtc/ice-servers", {})).json()) as {
        ice_servers?: RTCIceServer[];
      };
      return body.ice_servers ?? [];
    } catch {
      return [];
    }
  }

  /** Raises FaultError. */
  async #ask(path: string, init: RequestInit): Promise<Response> {
    const { token } = this.#options;
    const headers = { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    const credentials = token ? "omit" : "same-origin";
    const url = new URL(path, this.#server);
    const response = await fetch(url, { ...init, headers, credentials }).catch(() => null);
    if (response === null) throw new FaultError({ name: this.#isOffline() ? "no_network" : "server_away" });
    if (response.ok) return response;
    const told = (await response.json().catch(() => null)) as {
      error?: { code?: string; message?: string };
    } | null;
    throw new FaultError(answerFault(response.status, told?.error?.code ?? "", told?.error?.message ?? ""));
  }
}

const BY_CODE: Readonly<Record<string, FaultName>> = {
  token_expired: "token",
  token_spent: "token",
  wrong_origin: "origin",
  no_such_address: "not_found",
  refused: "refused",
  limit_reached: "too_many_calls",
  rate_limited: "too_many_calls",
  switched_off: "server_fault",
  unavailable: "unavailable",
  audio_unreachable: "no_media",
};
const BY_STATUS: Readonly<Record<number, FaultName>> = {
  401: "signed_out",
  403: "not_allowed",
  404: "not_found",
  409: "refused",
  429: "too_many_calls",
  502: "server_away",
  503: "server_away",
  504: "server_away",
};

/** An answer of the API's that is an error, as a fault. */
export function answerFault(status: number, code: string, message: string): Fault {
  const name = BY_CODE[code] ?? BY_STATUS[status] ?? "server_fault";
  return message === "" ? { name } : { name, said: message };
}
