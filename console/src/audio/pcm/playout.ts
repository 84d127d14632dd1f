// A voice of the server's at the loudspeaker: pieces of 16-bit audio in, and out how much of it was heard, and when.

import { shown } from "./framer";
import workletUrl from "./playout.worklet.ts?worker&url";

export type PlayoutCommand =
  | { kind: "audio"; pcm: ArrayBuffer }
  | { kind: "clear"; audioMs: number }
  | { kind: "count"; audioMs: number };

export interface PlayoutReport {
  /** Of all the server's audio, behind us. */
  playedMs: number;
  waitingMs: number;
  gatherMs: number;
  stutters: number;
  /** Root mean square since the last report. */
  level: number;
  /** Since the last report. */
  ms: number;
  /** When something began to be played since the last report, by the context's clock. */
  beganAt: number | null;
  at: number;
}

export interface PlayoutHeard {
  /** 0 to 1 of what a meter shows, and for how long. */
  level: (shown: number, ms: number) => void;
  /** So much of the server's audio was heard by now, in ms. */
  played: (ms: number) => void;
  /** Something began to be heard at this time (performance.now()). */
  began: (at: number) => void;
}

/** What was heard is told so often at most. */
const TELL_MS = 100;
const loaded = new WeakMap<BaseAudioContext, Promise<void>>();

export class Playout {
  private readonly gain: GainNode;
  private readonly reached: { ms: number; at: number }[] = [];
  private told = -1;
  private toldAt = 0;
  private latestMs = -1;
  private latest: PlayoutReport | null = null;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
    private readonly heard: PlayoutHeard,
  ) {
    this.gain = context.createGain();
    node.connect(this.gain).connect(context.destination);
    node.port.onmessage = ({ data }: MessageEvent<PlayoutReport | { silentMs: number }>) => {
      if ("silentMs" in data) heard.level(0, data.silentMs);
      else this.reported(data);
      this.tell();
    };
  }

  /** `rate`: Hz of what comes. */
  static async open(context: AudioContext, rate: number, heard: PlayoutHeard): Promise<Playout> {
    const ready = loaded.get(context) ?? context.audioWorklet.addModule(workletUrl);
    loaded.set(context, ready);
    await ready;
    const node = new AudioWorkletNode(context, "playout", {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions: { rate },
    });
    return new Playout(context, node, heard);
  }

  push(pcm: ArrayBuffer): void {
    this.send({ kind: "audio", pcm }, [pcm]);
  }

  /** What was not heard is not to be heard. */
  clear(audioMs: number): void {
    this.reached.length = 0;
    this.send({ kind: "clear", audioMs });
  }

  /** So much audio there was so far, as the server counts. */
  count(audioMs: number): void {
    this.reached.length = 0;
    this.send({ kind: "count", audioMs });
  }

  set audible(on: boolean) {
    // A step would click.
    this.gain.gain.setTargetAtTime(on ? 1 : 0, this.context.currentTime, 0.012);
  }

  get waitingMs(): number {
    return this.latest?.waitingMs ?? 0;
  }

  get stutters(): number {
    return this.latest?.stutters ?? 0;
  }

  close(): void {
    this.node.port.onmessage = null;
    this.node.disconnect();
    this.gain.disconnect();
  }

  private reported(report: PlayoutReport): void {
    this.latest = report;
    const now = performance.now();
    const late = this.lateMs;
    this.heard.level(shown(report.level), report.ms);
    if (report.beganAt !== null)
      this.heard.began(now + (report.beganAt - this.context.currentTime) * 1000 + late);
    this.reached.push({ ms: report.playedMs, at: now + late });
  }

  /** What was made is heard as much later as the sound card takes. */
  private tell(): void {
    const now = performance.now();
    let reached = -1;
    while (this.reached[0] !== undefined && this.reached[0].at <= now)
      reached = Math.floor(this.reached.shift()?.ms ?? reached);
    if (reached >= 0) this.latestMs = reached;
    if (this.latestMs !== this.told && now - this.toldAt >= TELL_MS) {
      this.told = this.latestMs;
      this.toldAt = now;
      this.heard.played(this.told);
    }
  }

  private get lateMs(): number {
    return 1000 * (this.context.outputLatency || this.context.baseLatency || 0);
  }

  private send(command: PlayoutCommand, moved: Transferable[] = []): void {
    this.node.port.postMessage(command, moved);
  }
}
