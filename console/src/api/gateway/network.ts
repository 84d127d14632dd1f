// How the way to the server is: round trips of our pings, and how unevenly its audio comes (RFC 3550, 6.4.1). Pure.
import type { Quality } from "./messages";

const FRAME_MS = 20;
const KEPT = 8;
/** A gap this long is a pause of the voice, and says nothing of the network. */
const PAUSE_MS = 400;

export interface NetworkFigures {
  rtt_ms: number | null;
  jitter_ms: number | null;
}

/** Of each figure the most that is excellent, good and fair: the server's own limits (docs/gateway.md). */
const LIMITS = { rtt_ms: [150, 300, 600], jitter_ms: [30, 60, 120] } as const;
const WORDS: readonly Quality[] = ["excellent", "good", "fair", "poor"];

export class NetworkMeter {
  private readonly trips: number[] = [];
  private jitter: number | null = null;
  private last: number | null = null;

  ponged(rttMs: number): void {
    this.trips.push(rttMs);
    if (this.trips.length > KEPT) this.trips.shift();
  }

  /** 20 ms of audio came. `now`: ms. */
  arrived(now: number): void {
    const gap = this.last === null ? null : now - this.last;
    this.last = now;
    if (gap === null || gap > PAUSE_MS) return;
    const off = Math.abs(gap - FRAME_MS);
    this.jitter = this.jitter === null ? off : this.jitter + (off - this.jitter) / 16;
  }

  /** A new socket: what was known of the old one says nothing. */
  reset(): void {
    this.trips.length = 0;
    this.last = null;
    this.jitter = null;
  }

  get figures(): NetworkFigures {
    const sorted = [...this.trips].sort((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)];
    return { rtt_ms: middle ?? null, jitter_ms: this.jitter };
  }

  /** The worst of what is known; null: nothing is. */
  get quality(): Quality | null {
    const { rtt_ms, jitter_ms } = this.figures;
    if (rtt_ms === null && jitter_ms === null) return null;
    const worst = Math.max(rank(rtt_ms, LIMITS.rtt_ms), rank(jitter_ms, LIMITS.jitter_ms));
    return WORDS[worst] ?? "poor";
  }
}

function rank(value: number | null, limits: readonly number[]): number {
  return value === null ? 0 : limits.filter((limit) => value > limit).length;
}
