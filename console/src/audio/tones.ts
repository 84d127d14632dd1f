// What a telephone sounds: keys, ringing tone, busy tone, its own ring and a test tone, by WebAudio. Two outputs: the speaker at the ear, and the device that rings.
import { frequencies, type Key } from "./dtmf";

/** One stretch of a cadence: frequencies in Hz (none: silence) for so long. */
export interface Burst {
  hz: readonly number[];
  ms: number;
}
export type Cadence = readonly Burst[];

/** Tones of ITU-T E.180, its recommended 425 Hz; the ring is ours: two soft chords. */
export const CADENCES = {
  ringback: [
    { hz: [425], ms: 1000 },
    { hz: [], ms: 4000 },
  ],
  busy: [
    { hz: [425], ms: 480 },
    { hz: [], ms: 480 },
  ],
  ring: [
    { hz: [659.3, 987.8], ms: 420 },
    { hz: [], ms: 80 },
    { hz: [880, 1318.5], ms: 620 },
    { hz: [], ms: 1900 },
  ],
  /** Another call comes in while one is up: heard, and not to be mistaken for the call's own sound. */
  knock: [
    { hz: [425], ms: 200 },
    { hz: [], ms: 200 },
    { hz: [425], ms: 200 },
    { hz: [], ms: 5400 },
  ],
  test: [
    { hz: [523.3], ms: 260 },
    { hz: [659.3], ms: 260 },
    { hz: [784], ms: 520 },
  ],
} as const satisfies Record<string, Cadence>;
export type CadenceName = keyof typeof CADENCES;

const VOLUME = 0.12;
const RAMP_S = 0.006;
/** A key sounds at least so long, however short it is pressed (ITU-T Q.24 asks for 40 ms to be understood). */
export const KEY_MS = 110;

/** A context that plays on the device that was chosen, where the browser can (AudioContext.setSinkId). */
interface SinkedContext extends AudioContext {
  setSinkId?: (id: string) => Promise<void>;
}

/** One output for tones. It opens an AudioContext with the first sound: browsers allow that after a click. */
export class ToneOutput {
  #context: SinkedContext | null = null;
  #sink = "";
  #stop: (() => void) | null = null;

  /** Ends the pair of a key's tones after `KEY_MS`. */
  key(key: Key): void {
    this.#sound(frequencies(key), KEY_MS, 0);
  }

  /** Plays a cadence over and over until `hush`; another in its place. */
  repeat(name: CadenceName): void {
    this.hush();
    const cadence = CADENCES[name];
    const length = cadence.reduce((sum, burst) => sum + burst.ms, 0);
    const sounding = new Set<() => void>();
    const round = () => {
      for (const stop of this.#cadence(cadence)) sounding.add(stop);
    };
    round();
    const timer = setInterval(round, length);
    this.#stop = () => {
      clearInterval(timer);
      for (const stop of sounding) stop();
    };
  }

  /** Plays a cadence once; resolves when it is over. */
  async once(name: CadenceName): Promise<void> {
    const cadence: Cadence = CADENCES[name];
    this.#cadence(cadence);
    await new Promise((done) =>
      setTimeout(
        done,
        cadence.reduce((sum, burst) => sum + burst.ms, 0),
      ),
    );
  }

  hush(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** `id`: of an output device; empty: the browser's own choice. Rejects when there is no such device. */
  async choose(id: string): Promise<void> {
    this.#sink = id;
    await this.#context?.setSinkId?.(id);
  }

  async close(): Promise<void> {
    this.hush();
    const context = this.#context;
    this.#context = null;
    await context?.close();
  }

  #cadence(cadence: Cadence): (() => void)[] {
    const stops: (() => void)[] = [];
    let after = 0;
    for (const burst of cadence) {
      if (burst.hz.length > 0) stops.push(this.#sound(burst.hz, burst.ms, after));
      after += burst.ms;
    }
    return stops;
  }

  /** Sine waves with soft edges: a step would click. */
  #sound(hz: readonly number[], ms: number, afterMs: number): () => void {
    const context = this.#opened();
    const from = context.currentTime + afterMs / 1000;
    const to = from + ms / 1000;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(VOLUME, from + RAMP_S);
    gain.gain.setValueAtTime(VOLUME, to - RAMP_S);
    gain.gain.linearRampToValueAtTime(0, to);
    gain.connect(context.destination);
    const waves = hz.map((frequency) => {
      const wave = new OscillatorNode(context, { frequency });
      wave.connect(gain);
      wave.start(from);
      wave.stop(to);
      return wave;
    });
    waves[0]?.addEventListener("ended", () => gain.disconnect());
    return () => {
      for (const wave of waves) wave.disconnect();
      gain.disconnect();
    };
  }

  #opened(): AudioContext {
    if (this.#context === null) {
      this.#context = new AudioContext();
      if (this.#sink !== "") this.#context.setSinkId?.(this.#sink).catch(() => undefined);
    }
    if (this.#context.state === "suspended") this.#context.resume().catch(() => undefined);
    return this.#context;
  }
}
