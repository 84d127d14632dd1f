// Samples cut into frames of 20 ms, as they travel: 16 bits, mono, with how loud each is.

export interface PcmFrame {
  samples: Int16Array<ArrayBuffer>;
  /** Root mean square, 0 to 1. */
  level: number;
}

export class Framer {
  private readonly held: Int16Array;
  private count = 0;
  private squares = 0;

  constructor(private readonly size: number) {
    this.held = new Int16Array(size);
  }

  /** The frames that are whole by now. `input`: -1 to 1; what is louder is cut off. */
  push(input: Float32Array): PcmFrame[] {
    const whole: PcmFrame[] = [];
    for (const value of input) {
      const sample = Math.max(-1, Math.min(1, value));
      this.held[this.count] = Math.round(sample * 32_767);
      this.squares += sample * sample;
      this.count += 1;
      if (this.count === this.size) {
        whole.push({ samples: this.held.slice(), level: Math.sqrt(this.squares / this.size) });
        this.count = 0;
        this.squares = 0;
      }
    }
    return whole;
  }
}

/** A level (root mean square, 0 to 1) as a share of what a meter shows: -54 dBFS is nothing, -6 is full, and loud differs more than faint. */
export function shown(level: number): number {
  if (level <= 0) return 0;
  return Math.max(0, Math.min(1, (20 * Math.log10(level) + 54) / 48)) ** 1.5;
}
