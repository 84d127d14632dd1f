// What voices sound like: one at a time. A preview is a file that the server keeps; one's own text is spoken while it comes.

import { ApiError, fetched } from "@/api";
import { t } from "@/app/i18n";
import { Playout } from "@/audio/pcm/playout";

export interface PlayerView {
  /** The voice that is heard, or about to be. */
  voice: string | null;
  phase: "idle" | "loading" | "waiting" | "playing";
  /** 0 to 1; null: how long it takes is not known. */
  progress: number | null;
  /** Until the first sound, in ms. */
  firstMs: number | null;
  /** Who spoke it. */
  engine: string;
  /** Why a voice was not heard, by its id. */
  faults: ReadonlyMap<string, Error>;
}

const RATE = 24_000;
/** An engine that is being loaded is asked again so often. */
const TRIES = 6;
const AGAIN_S = 2;
const IDLE = { voice: null, phase: "idle", progress: null, firstMs: null, engine: "" } as const;

export class VoicePlayer {
  view: PlayerView = { ...IDLE, faults: new Map() };
  private readonly watchers = new Set<() => void>();
  private stopping: AbortController | null = null;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  readonly look = (): PlayerView => this.view;

  /** Plays this voice, or stops it where it plays. `text`: spoken in place of its own sentence. Resolves once it is over. */
  async toggle(voice: string, text = ""): Promise<void> {
    if (this.view.voice === voice && this.view.phase !== "idle") this.stop();
    else await this.play(voice, text);
  }

  /** Whether it was heard to its end. */
  async play(voice: string, text = ""): Promise<boolean> {
    this.stop();
    const stopping = new AbortController();
    this.stopping = stopping;
    const faults = new Map(this.view.faults);
    faults.delete(voice);
    this.change({ ...IDLE, voice, phase: "loading", faults });
    const began = performance.now();
    const sounded = (progress: number | null) => {
      if (this.stopping === stopping)
        this.change({ phase: "playing", progress, firstMs: this.view.firstMs ?? performance.now() - began });
    };
    try {
      const response = await this.asked(voice, text, stopping.signal);
      this.change({ engine: response.headers.get("X-Voice-Engine") ?? "" });
      if (text === "") await heardFile(await response.blob(), stopping.signal, sounded);
      else await heardStream(response, stopping.signal, sounded);
      return !stopping.signal.aborted;
    } catch (error) {
      if (!stopping.signal.aborted && error instanceof Error) this.failed(voice, error);
      return false;
    } finally {
      if (this.stopping === stopping) {
        this.stopping = null;
        this.change({ ...IDLE });
      }
    }
  }

  stop(): void {
    this.stopping?.abort();
    this.stopping = null;
    if (this.view.phase !== "idle") this.change({ ...IDLE });
  }

  private async asked(voice: string, text: string, signal: AbortSignal): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(voice, text, signal);
      } catch (error) {
        if (!passes(error) || tries === TRIES) throw error;
        this.change({ phase: "waiting" });
        await pause(1000 * (error.retryAfter ?? AGAIN_S), signal);
      }
    }
  }

  private failed(voice: string, error: Error): void {
    const faults = new Map(this.view.faults);
    faults.set(voice, error);
    this.change({ faults });
  }

  private change(more: Partial<PlayerView>): void {
    this.view = { ...this.view, ...more };
    for (const watcher of this.watchers) watcher();
  }
}

function ask(voice: string, text: string, signal: AbortSignal): Promise<Response> {
  if (text === "") return fetched(`/api/voices/${encodeURIComponent(voice)}/preview`, { signal });
  return fetched("/api/tts", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text, voice, format: "pcm", sample_rate: RATE }),
    signal,
  });
}

/** Worth to be asked again: an engine is being loaded, or too much is asked of it just now. */
function passes(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 503 && error.retryAfter !== null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

async function heardFile(
  file: Blob,
  signal: AbortSignal,
  sounded: (progress: number) => void,
): Promise<void> {
  const audio = new Audio(URL.createObjectURL(file));
  let frame = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (audio.duration > 0) sounded(audio.currentTime / audio.duration);
        frame = requestAnimationFrame(look);
      };
      audio.onplaying = look;
      audio.onended = () => resolve();
      audio.onerror = () => reject(new Error(t("The browser could not play what the server sent.")));
      signal.addEventListener("abort", () => resolve());
      if (signal.aborted) resolve();
      else audio.play().catch(reject);
    });
  } finally {
    cancelAnimationFrame(frame);
    audio.pause();
    // What it still reads of the file must not fail.
    setTimeout(() => URL.revokeObjectURL(audio.src), 2_000);
  }
}

/** 16-bit samples as they come. */
async function heardStream(
  response: Response,
  signal: AbortSignal,
  sounded: (progress: number | null) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const context = new AudioContext();
  try {
    void context.resume();
    let total = 0;
    let whole = false;
    let over: (() => void) | null = null;
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const playout = await Playout.open(context, RATE, {
      level: () => {},
      began: () => sounded(null),
      played: (ms) => {
        const all = (total * 1000) / RATE;
        if (whole && ms >= Math.floor(all)) over?.();
        sounded(whole && all > 0 ? Math.min(1, ms / all) : null);
      },
    });
    signal.addEventListener("abort", () => over?.());
    let odd = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const octets = new Uint8Array(odd.length + value.length);
      octets.set(odd);
      octets.set(value, odd.length);
      const even = octets.length - (octets.length % 2);
      odd = octets.slice(even);
      total += even / 2;
      playout.push(octets.slice(0, even).buffer);
    }
    whole = true;
    if (total === 0) throw new Error(t("The voice said nothing."));
    if (!signal.aborted) await ended;
    playout.close();
  } finally {
    void context.close();
  }
}
