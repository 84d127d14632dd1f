// The last so many levels of a voice, for a row of bars.

export const BARS = 50;
/** One bar stands for so long. */
export const BAR_MS = 60;

export class LevelRing {
  private readonly values = new Float32Array(BARS);
  private next = 0;
  private loudest = 0;
  private filled = 0;

  /** A level (0 to 1) that held for so long. Returns whether a bar was added. */
  push(level: number, ms: number): boolean {
    this.loudest = Math.max(this.loudest, level);
    this.filled += ms;
    if (this.filled < BAR_MS) return false;
    // Silence that lasted comes as one long piece.
    for (; this.filled >= BAR_MS; this.filled -= BAR_MS) {
      this.values[this.next] = this.loudest;
      this.next = (this.next + 1) % BARS;
    }
    this.loudest = 0;
    return true;
  }

  /** From the oldest to the newest, 0 to 1. */
  bars(): number[] {
    return Array.from({ length: BARS }, (_, i) => this.values[(this.next + i) % BARS] ?? 0);
  }

  clear(): void {
    this.values.fill(0);
    this.filled = 0;
    this.loudest = 0;
  }
}
