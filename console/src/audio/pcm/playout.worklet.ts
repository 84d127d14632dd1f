// In the audio thread: the server's audio as it is heard, and how far that is.
import type { PlayoutCommand, PlayoutReport } from "./playout";
import { PlayoutQueue } from "./playoutQueue";
import { Resampler } from "./resampler";

const REPORT_MS = 40;
/** Of what comes, made at once: a share of the sound card's 128 samples is no whole number. */
const PIECE = 128;

class Playout extends AudioWorkletProcessor {
  private readonly queue: PlayoutQueue;
  private readonly resampler: Resampler;
  private ready = new Float32Array(0);
  private squares = 0;
  private samples = 0;
  private begun = 0;
  private beganAt: number | null = null;
  private last = -1;
  private quiet = false;

  constructor(options: { processorOptions: { rate: number } }) {
    super();
    const { rate } = options.processorOptions;
    this.queue = new PlayoutQueue(rate);
    this.resampler = new Resampler(rate, sampleRate);
    this.port.onmessage = ({ data }: MessageEvent<PlayoutCommand>) => {
      if (data.kind === "audio") this.queue.push(new Int16Array(data.pcm));
      else if (data.kind === "clear") {
        this.queue.clear(data.audioMs);
        this.ready = new Float32Array(0);
        this.last = -1;
      } else this.queue.count(data.audioMs);
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out === undefined) return true;
    while (this.ready.length < out.length) this.make();
    out.set(this.ready.subarray(0, out.length));
    this.ready = this.ready.slice(out.length);
    for (const sample of out) this.squares += sample * sample;
    this.samples += out.length;
    if ((this.samples * 1000) / sampleRate >= REPORT_MS) this.report();
    return true;
  }

  private make(): void {
    const piece = new Float32Array(PIECE);
    this.queue.take(piece);
    if (this.queue.begun !== this.begun) {
      this.begun = this.queue.begun;
      this.beganAt ??= currentTime;
    }
    const made = this.resampler.process(piece);
    const all = new Float32Array(this.ready.length + made.length);
    all.set(this.ready);
    all.set(made, this.ready.length);
    this.ready = all;
  }

  private report(): void {
    const { playedMs, waitingMs, gather, stutters } = this.queue;
    const level = Math.sqrt(this.squares / this.samples);
    const ms = (this.samples * 1000) / sampleRate;
    this.squares = 0;
    this.samples = 0;
    const still = level === 0 && playedMs === this.last && this.beganAt === null;
    if (!still || !this.quiet) {
      const told: PlayoutReport = {
        playedMs,
        waitingMs,
        gatherMs: gather,
        stutters,
        level,
        ms,
        beganAt: this.beganAt,
        at: currentTime,
      };
      this.port.postMessage(told);
    } else this.port.postMessage({ silentMs: ms });
    this.quiet = still;
    this.last = playedMs;
    this.beganAt = null;
  }
}

registerProcessor("playout", Playout);
