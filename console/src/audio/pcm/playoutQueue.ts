// What waits to be heard of a server's audio: a little is gathered before it begins, so that a network that stutters is not heard. Pure; the worklet around it asks for samples at the pace of the sound card.

const LEAST_MS = 40;
const MOST_MS = 240;
const STEP_MS = 20;
/** A gap this short within speech was a stutter of the network, and no pause. */
const STUTTER_MS = 160;
/** Gathering less is tried again after this much was played without a stutter. */
const CALM_MS = 15_000;

export class PlayoutQueue {
  private readonly pieces: Int16Array[] = [];
  private at = 0;
  private held = 0;
  private received = 0;
  private offset = 0;
  private playing = false;
  private waited = 0;
  private dry = Number.POSITIVE_INFINITY;
  private calm = 0;
  /** So much is gathered before it begins, in ms. */
  gather: number;
  /** Gaps that were stutters. */
  stutters = 0;
  /** How often something began to be heard. */
  begun = 0;

  /** `rate`: Hz of what comes. */
  constructor(
    private readonly rate: number,
    gather = 60,
  ) {
    this.gather = gather;
  }

  push(piece: Int16Array): void {
    if (piece.length === 0) return;
    if (!this.playing && this.held === 0 && this.ms(this.dry) < STUTTER_MS) {
      this.stutters += 1;
      this.calm = 0;
      this.gather = Math.min(MOST_MS, this.gather + STEP_MS);
    }
    this.pieces.push(piece);
    this.held += piece.length;
    this.received += piece.length;
  }

  /** The next so many samples, silence where there is nothing (-1 to 1). Returns how many of them were speech. */
  take(out: Float32Array): number {
    out.fill(0);
    if (!this.playing) {
      this.dry += out.length;
      if (this.held === 0) return 0;
      // What is shorter than all that is gathered begins as well, only as late.
      this.waited += out.length;
      if (this.ms(this.held) < this.gather && this.ms(this.waited) < this.gather) return 0;
      this.playing = true;
      this.begun += 1;
    }
    let count = 0;
    while (count < out.length && this.held > 0) {
      const piece = this.pieces[0];
      if (piece === undefined) break;
      const some = Math.min(piece.length - this.at, out.length - count);
      for (let i = 0; i < some; i += 1) out[count + i] = (piece[this.at + i] ?? 0) / 32_768;
      count += some;
      this.at += some;
      this.held -= some;
      if (this.at === piece.length) {
        this.pieces.shift();
        this.at = 0;
      }
    }
    this.calm += count;
    if (this.ms(this.calm) >= CALM_MS) {
      this.calm = 0;
      this.gather = Math.max(LEAST_MS, this.gather - STEP_MS);
    }
    if (this.held === 0) this.stop();
    return count;
  }

  /** Nothing of what waits is to be heard. `audioMs`: how much audio the server counts so far. */
  clear(audioMs: number): void {
    this.pieces.length = 0;
    this.at = 0;
    this.held = 0;
    this.stop();
    this.dry = Number.POSITIVE_INFINITY;
    this.count(audioMs);
  }

  /** The server counts so much audio so far, also what never came here. */
  count(audioMs: number): void {
    this.offset = (audioMs * this.rate) / 1000 - this.received;
  }

  /** How much of all the server's audio is behind us, heard or dropped, in ms. */
  get playedMs(): number {
    return this.ms(this.offset + this.received - this.held);
  }

  get waitingMs(): number {
    return this.ms(this.held);
  }

  private stop(): void {
    this.playing = false;
    this.waited = 0;
    this.dry = 0;
  }

  private ms(samples: number): number {
    return (samples * 1000) / this.rate;
  }
}
