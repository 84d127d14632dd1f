// How loud a stream is, for meters. Figures are dBFS of the root mean square.

const FLOOR_DB = -60;

/** dBFS of samples in -1..1; -Infinity of silence. */
export function rmsDb(samples: ArrayLike<number>): number {
  if (samples.length === 0) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let at = 0; at < samples.length; at += 1) {
    const sample = samples[at] ?? 0;
    sum += sample * sample;
  }
  return 10 * Math.log10(sum / samples.length);
}

/** Where a level stands on a meter that begins at -60 dBFS: 0..1. */
export function share(db: number): number {
  if (Number.isNaN(db)) return 0;
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

/** A meter's needle: up at once, down slowly, so that the eye can follow. `seconds` since the last step. */
export function eased(before: number, now: number, seconds: number): number {
  return now >= before ? now : Math.max(now, before - 1.6 * seconds);
}

let shared: AudioContext | null = null;

/** One context for all meters: browsers allow few, and meters make no sound. */
function context(): AudioContext {
  shared ??= new AudioContext();
  if (shared.state === "suspended") shared.resume().catch(() => undefined);
  return shared;
}

/** Reads the level of a stream whenever it is asked. It keeps nothing alive: `close` when the stream is over. */
export class LevelMeter {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(stream: MediaStream) {
    const heard = context();
    this.#source = heard.createMediaStreamSource(stream);
    this.#analyser = new AnalyserNode(heard, { fftSize: 1024, smoothingTimeConstant: 0 });
    this.#source.connect(this.#analyser);
    this.#samples = new Float32Array(this.#analyser.fftSize);
  }

  /** dBFS of the last 21 ms or so. */
  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return rmsDb(this.#samples);
  }

  close(): void {
    this.#source.disconnect();
    this.#analyser.disconnect();
  }
}
