// Speech from one sample rate to another, piece by piece without a seam: a windowed sinc, one set of taps for each phase between two input samples.

const ZERO_CROSSINGS = 16;
/** Of the lower rate's half, so that nothing folds back into what is heard. */
const PASSED = 0.92;

export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly side: number;
  private readonly taps: Float32Array[];
  private held: Float32Array;
  /** Where the next output sample stands in `held`, in 1/up of a sample. */
  private at: number;

  /** `from`, `to`: Hz. */
  constructor(from: number, to: number) {
    const shared = gcd(from, to);
    this.up = to / shared;
    this.down = from / shared;
    const stretch = Math.max(1, from / to);
    this.side = Math.ceil(ZERO_CROSSINGS * stretch);
    this.taps = Array.from({ length: this.up }, (_, phase) => tapsOf(phase / this.up, this.side, stretch));
    this.held = new Float32Array(2 * this.side);
    this.at = this.side * this.up;
  }

  /** What can be said of the output by now; the last samples wait for those behind them. */
  process(input: Float32Array): Float32Array<ArrayBuffer> {
    if (this.up === this.down) return new Float32Array(input);
    const all = new Float32Array(this.held.length + input.length);
    all.set(this.held);
    all.set(input, this.held.length);
    const end = (all.length - this.side) * this.up;
    const out = new Float32Array(Math.max(0, Math.ceil((end - this.at) / this.down)));
    for (let i = 0; i < out.length; i += 1) {
      const place = Math.floor(this.at / this.up);
      const taps = this.taps[this.at % this.up];
      const first = place - this.side + 1;
      let sum = 0;
      if (taps !== undefined)
        for (let k = 0; k < taps.length; k += 1) sum += (all[first + k] ?? 0) * (taps[k] ?? 0);
      out[i] = sum;
      this.at += this.down;
    }
    const drop = Math.max(0, Math.floor(this.at / this.up) - this.side);
    this.held = all.slice(drop);
    this.at -= drop * this.up;
    return out;
  }
}

function tapsOf(phase: number, side: number, stretch: number): Float32Array {
  const taps = new Float32Array(2 * side);
  let sum = 0;
  for (let k = 0; k < taps.length; k += 1) {
    const x = k - side + 1 - phase;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (side + 1));
    const tap = sinc((x * PASSED) / stretch) * window;
    taps[k] = tap;
    sum += tap;
  }
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
