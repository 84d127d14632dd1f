// One conversation on `/ws`, whatever becomes of its sockets: begun, kept alive, taken up again where it was. Sans-I/O but for the parts that it is given.
import { type Ending, endingOf } from "./ending";
import { type AudioFormat, type ClientMessage, read, type ServerMessage, type Wanted } from "./messages";
import { NetworkMeter } from "./network";
import { SentLog } from "./sent";

export interface LinkSocket {
  send(data: string | ArrayBuffer): void;
  close(code: number, reason: string): void;
}

/** What a socket tells. */
export interface SocketTells {
  opened: () => void;
  text: (text: string) => void;
  audio: (audio: ArrayBuffer) => void;
  closed: (code: number, reason: string) => void;
}

export interface LinkParts {
  connect: (tells: SocketTells) => LinkSocket;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Calls later; returns what takes that back. */
  later: (call: () => void, ms: number) => () => void;
}

export type LinkState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** No socket, and the next try is under way. */
  | { kind: "away"; since: number; tries: number }
  | { kind: "over"; ending: Ending };

export interface LinkTells {
  message: (message: ServerMessage) => void;
  audio: (audio: ArrayBuffer) => void;
  state: (state: LinkState) => void;
}

const PING_MS = 2_000;
/** A socket on which nothing comes for so long is dead, whatever it says. */
const SILENT_MS = 8_000;
const REPORT_EVERY = 3;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;
const OPENING_MS = 10_000;
/** Any code but 1000 tells the server that its client means to come back. */
const COMING_BACK = 4000;
const TOO_SLOW = 4006;

export class GatewayLink {
  readonly network = new NetworkMeter();
  state: LinkState = { kind: "connecting" };
  private readonly sent = new SentLog();
  private socket: LinkSocket | null = null;
  private ready: Extract<ServerMessage, { type: "ready" }> | null = null;
  private received = 0;
  private over: Extract<ServerMessage, { type: "ended" }> | null = null;
  private fault: Extract<ServerMessage, { type: "error" }> | null = null;
  private pings = new Map<number, number>();
  private pinged = 0;
  private lastWord = 0;
  private stops = new Set<() => void>();
  private goodbye = false;

  constructor(
    private readonly parts: LinkParts,
    private readonly tells: LinkTells,
    private readonly wanted: Wanted,
    private readonly audio: AudioFormat | null,
  ) {
    this.connect();
  }

  /** Says this to the server, now or as soon as there is a socket again. */
  say(message: ClientMessage): void {
    if (this.state.kind === "over") return;
    const text = JSON.stringify(message);
    if (passes(message)) {
      if (this.state.kind !== "live") return;
      this.sent.passing();
    } else this.sent.text(text);
    if (this.state.kind === "live") this.socket?.send(text);
  }

  /** 20 ms of the microphone. */
  hear(audio: ArrayBuffer): void {
    if (this.ready === null || this.state.kind === "over") return;
    this.sent.audio(audio);
    if (this.state.kind === "live") this.socket?.send(audio);
  }

  /** Hangs up. */
  end(): void {
    if (this.state.kind === "over") return;
    this.goodbye = true;
    if (this.state.kind === "live") this.say({ type: "end" });
    else this.finish(endingOf(1000, "", null, true));
  }

  /** Hangs up, and waits for no answer: the page is left. */
  leave(): void {
    this.goodbye = true;
    if (this.state.kind === "live") this.socket?.send(JSON.stringify({ type: "end" }));
    this.finish(endingOf(1000, "", null, true));
  }

  /** The network is back: do not wait for the next try. */
  wake(): void {
    if (this.state.kind !== "away" || this.socket !== null) return;
    this.rest();
    this.connect();
  }

  private connect(): void {
    const socket: LinkSocket = this.parts.connect({
      opened: () => this.socket === socket && this.opened(),
      text: (text) => this.socket === socket && this.told(text),
      audio: (audio) => {
        if (this.socket !== socket) return;
        this.lastWord = this.parts.now();
        this.network.arrived(this.lastWord);
        this.tells.audio(audio);
      },
      closed: (code, reason) => this.socket === socket && this.closed(code, reason),
    });
    this.socket = socket;
    this.lastWord = this.parts.now();
    this.after(OPENING_MS, () => {
      if (this.state.kind !== "live" && this.socket === socket) this.dead();
    });
  }

  private opened(): void {
    const { ready } = this;
    const first =
      ready === null
        ? { type: "init", ...this.wanted, ...(this.audio !== null && { audio: this.audio }) }
        : { type: "resume", session: ready.session, token: ready.token, received: this.received };
    this.socket?.send(JSON.stringify(first));
  }

  private told(text: string): void {
    this.lastWord = this.parts.now();
    const told = read(text);
    if (told === null) return;
    const { message, seq } = told;
    if (seq !== null) {
      if (seq <= this.received) return; // said once is enough
      this.received = seq;
    }
    switch (message.type) {
      case "ready":
        this.ready = message;
        this.resumed(0);
        break;
      case "resumed":
        this.resumed(message.taken);
        break;
      case "pong":
        this.ponged(message.at);
        return;
      case "ended":
        this.over = message;
        break;
      case "error":
        this.fault = message;
        break;
    }
    this.tells.message(message);
  }

  private live(): void {
    this.rest();
    this.network.reset();
    this.pings.clear();
    this.become({ kind: "live" });
    this.ping();
  }

  /** The server has taken so many of our messages: the others go out again, before anything new. */
  private resumed(taken: number): void {
    for (const data of this.sent.again(taken)) this.socket?.send(data);
    this.live();
  }

  /** Asks for a sign of life, and goes on asking. */
  private ping(): void {
    if (this.state.kind !== "live") return;
    const now = this.parts.now();
    if (now - this.lastWord > SILENT_MS) {
      this.dead();
      return;
    }
    this.pinged += 1;
    const { rtt_ms, jitter_ms } = this.network.figures;
    if (this.pinged % REPORT_EVERY === 0 && rtt_ms !== null)
      this.say({
        type: "network",
        rtt_ms: rounded(rtt_ms),
        ...(jitter_ms !== null && { jitter_ms: rounded(jitter_ms) }),
      });
    this.pings.set(now, this.sent.count);
    this.say({ type: "ping", at: now });
    this.after(PING_MS, () => this.ping());
  }

  private ponged(at: number): void {
    const before = this.pings.get(at);
    if (before === undefined) return;
    this.pings.delete(at);
    this.network.ponged(this.parts.now() - at);
    this.sent.taken(before); // it answers in order: all that came before was taken
  }

  private dead(): void {
    const socket = this.socket;
    this.closed(COMING_BACK, "");
    socket?.close(COMING_BACK, "no sign of life");
  }

  private closed(code: number, reason: string): void {
    this.socket = null;
    const ending = this.endedBy(code, reason);
    if (ending !== null) {
      this.finish(ending);
      return;
    }
    const away =
      this.state.kind === "away" ? this.state : { kind: "away" as const, since: this.parts.now(), tries: 0 };
    this.rest();
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** away.tries);
    this.become({ ...away, tries: away.tries + 1 });
    this.after(wait, () => this.connect());
  }

  /** How a conversation whose socket is closed ended; null: it is to be gone on with on another. */
  private endedBy(code: number, reason: string): Ending | null {
    const { ready, state, over, fault } = this;
    if (over !== null) return endingOf(code === 1001 ? 1001 : 1000, over.text, null, true);
    const said = fault?.message || reason;
    const lost = code === TOO_SLOW || code === COMING_BACK || (code < 4000 && code !== 1000);
    if (ready === null || this.goodbye || !lost)
      return endingOf(this.goodbye ? 1000 : code, said, fault?.retry_after_s ?? null, ready !== null);
    const gone = state.kind === "away" && this.parts.now() - state.since > ready.resume_s * 1000;
    return gone ? endingOf(code, said, null, true) : null;
  }

  private finish(ending: Ending): void {
    this.rest();
    const socket = this.socket;
    this.socket = null;
    this.become({ kind: "over", ending });
    socket?.close(1000, "");
  }

  private become(state: LinkState): void {
    this.state = state;
    this.tells.state(state);
  }

  private after(ms: number, call: () => void): void {
    const stop = this.parts.later(() => {
      this.stops.delete(stop);
      call();
    }, ms);
    this.stops.add(stop);
  }

  private rest(): void {
    for (const stop of this.stops) stop();
    this.stops.clear();
  }
}

/** Of no use to a socket that comes later. */
function passes(message: ClientMessage): boolean {
  return message.type === "ping" || message.type === "played" || message.type === "network";
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
