// Somebody who listens to a call that is up, whispers to its agent or has its caller: one WebSocket with audio both ways, 16 kHz.
import { Microphone } from "@/audio/pcm/microphone";
import { Playout } from "@/audio/pcm/playout";

export type Mode = "listen" | "whisper" | "barge" | "takeover";
const RATE = 16_000;

export interface SupervisorHeard {
  /** The call is heard, or the mode is another one. */
  mode: (mode: Mode) => void;
  /** 0 to 1 of what a meter shows, of the call. */
  level: (shown: number) => void;
  /** 0 to 1, of the microphone. */
  own: (shown: number) => void;
  /** It is over; why, in words, where something went wrong. */
  closed: (why: string) => void;
  fault: (message: string) => void;
}

export class Supervisor {
  private microphone: Microphone | null = null;
  private playout: Playout | null = null;
  private over = false;
  private readonly early: ArrayBuffer[] = [];

  private constructor(
    private readonly context: AudioContext,
    private readonly socket: WebSocket,
    private readonly heard: SupervisorHeard,
  ) {
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.audio(data);
      else if (typeof data === "string") this.text(data);
    };
    socket.onclose = (event) => this.finish(event.code === 1000 || event.code === 1005 ? "" : event.reason);
  }

  /** Begin to listen; `mode` others need the microphone, which is opened first. Throws FaultError. */
  static async open(call: string, mode: Mode, heard: SupervisorHeard): Promise<Supervisor> {
    const context = new AudioContext();
    let microphone: Microphone | null = null;
    let self: Supervisor | null = null;
    try {
      await context.resume();
      if (mode !== "listen") microphone = await opened(context, () => self);
      const origin = location.origin.replace(/^http/, "ws");
      const query = new URLSearchParams({ mode, rate: String(RATE) }).toString();
      const socket = new WebSocket(`${origin}/api/telephony/calls/${call}/monitor/ws?${query}`);
      self = new Supervisor(context, socket, heard);
      self.microphone = microphone;
      const playout = await Playout.open(context, RATE, {
        level: (shown) => heard.level(shown),
        played: () => undefined,
        began: () => undefined,
      });
      self.playing(playout);
      return self;
    } catch (error) {
      microphone?.close();
      self?.close();
      if (!self) void context.close();
      throw error;
    }
  }

  /** Throws FaultError where one is needed that cannot be had; the mode stays as it was then. */
  async change(mode: Mode): Promise<void> {
    if (mode !== "listen" && !this.microphone) this.microphone = await opened(this.context, () => this);
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: "mode", mode }));
    if (mode === "listen") this.quiet();
  }

  /** The call goes on without us; idempotent. */
  close(): void {
    this.socket.close();
    this.finish("");
  }

  send(frame: ArrayBuffer): void {
    // What the network does not take in time would only come late.
    if (this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < RATE)
      this.socket.send(frame);
  }

  own(level: number): void {
    this.heard.own(level);
  }

  /** The microphone was unplugged, or taken away. */
  lost(): void {
    this.quiet();
    void this.change("listen");
  }

  private playing(playout: Playout): void {
    if (this.over) playout.close();
    else this.playout = playout;
    for (const piece of this.early.splice(0)) this.playout?.push(piece);
  }

  private audio(piece: ArrayBuffer): void {
    if (this.playout) this.playout.push(piece);
    else if (this.early.length < 50) this.early.push(piece);
  }

  private text(data: string): void {
    const message = read(data);
    if (message.type === "ready" || message.type === "mode") this.heard.mode(modeOf(message.mode));
    else if (message.type === "error") this.heard.fault(String(message.message ?? ""));
    else if (message.type === "ended") this.finish("");
  }

  private quiet(): void {
    this.microphone?.close();
    this.microphone = null;
    this.heard.own(0);
  }

  private finish(why: string): void {
    if (this.over) return;
    this.over = true;
    this.quiet();
    this.playout?.close();
    void this.context.close();
    this.heard.closed(why);
  }
}

function opened(context: AudioContext, self: () => Supervisor | null): Promise<Microphone> {
  return Microphone.open(context, {
    frame: (pcm) => self()?.send(pcm),
    level: (shown) => self()?.own(shown),
    ended: () => self()?.lost(),
  });
}

/** A message of the socket's; {} where it is none. */
export function read(text: string): Readonly<Record<string, unknown>> {
  try {
    const message: unknown = JSON.parse(text);
    return message !== null && typeof message === "object" && !Array.isArray(message) ? { ...message } : {};
  } catch {
    return {};
  }
}

export function modeOf(value: unknown): Mode {
  return value === "whisper" || value === "barge" || value === "takeover" ? value : "listen";
}
