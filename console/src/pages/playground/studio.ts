// The page's own machine: one microphone, one or two conversations, who is heard of them. React only draws what it says.
import { t } from "@/app/i18n";
import { type Fault, FaultError } from "@/audio/fault";
import { LevelRing } from "@/audio/pcm/levels";
import { Microphone } from "@/audio/pcm/microphone";
import { pausesOf, type Settings, wantedOf } from "./settings";
import { type Before, Talk, type TalkView } from "./talk";

export type Phase = "idle" | "opening" | "talking" | "over";

export interface StudioView {
  phase: Phase;
  talks: readonly TalkView[];
  /** ms since 1970. */
  began: number | null;
  ended: number | null;
  microphone: "none" | "on" | "muted";
  /** The button is held: what is said counts. */
  holding: boolean;
  /** Who is heard of two. */
  audible: 0 | 1;
  /** Why nothing is heard of who speaks. */
  fault: Fault | null;
  /** When an engine that is being loaded is asked again, ms since 1970. */
  again: number | null;
}

/** A server that cannot be reached may be starting: it is asked so often by itself, ... */
const MOST_TRIES = 10;
/** ... after so many seconds each. */
const TRY_AFTER_S = 5;
const NOTHING: Before = { lines: [], turns: [] };
/** What was said as the button was let go is still on its way through the sound card. */
const TAIL_MS = 140;
const FRAME_MS = 20;
const LOOK_MS = 1_000;

export class Studio {
  readonly levels = new LevelRing();
  view: StudioView = {
    phase: "idle",
    talks: [],
    began: null,
    ended: null,
    microphone: "none",
    holding: false,
    audible: 0,
    fault: null,
    again: null,
  };
  private talks: Talk[] = [];
  private context: AudioContext | null = null;
  private microphone: Microphone | null = null;
  private settings: Settings | null = null;
  private tail: ReturnType<typeof setTimeout> | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private looking: ReturnType<typeof setInterval> | null = null;
  /** Counts beginnings: an older one's late answers are of no use. */
  private attempt = 0;
  private tries = 0;
  private readonly watchers = new Set<() => void>();

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  readonly look = (): StudioView => this.view;

  /** The levels of one side's voice; undefined: it has none. */
  voice(side: number): LevelRing | undefined {
    return this.talks[side]?.levels;
  }

  /** Begins, by a press of a button: only then may a page make sounds. */
  async begin(settings: Settings, byItself = false): Promise<void> {
    if (this.view.phase === "opening" || this.view.phase === "talking") return;
    this.tries = byItself ? this.tries + 1 : 0;
    this.attempt += 1;
    const attempt = this.attempt;
    this.rest();
    this.settings = settings;
    this.change({ phase: "opening", fault: null, again: null, holding: false, microphone: "none" });
    if (settings.mode !== "text") {
      this.context = new AudioContext({ latencyHint: "interactive" });
      void this.context.resume();
      const heard = await this.listen(settings);
      if (attempt !== this.attempt) return;
      if (!heard && settings.mode === "voice") {
        this.silence();
        this.change({ phase: this.talks.length > 0 ? "over" : "idle" });
        return;
      }
    }
    const sides = settings.b === null ? [settings.a] : [settings.a, settings.b];
    const before = this.talks.map(({ view }): Before => ({ lines: view.lines, turns: view.turns }));
    this.talks = sides.map((side, index) =>
      Talk.begin(wantedOf(side, settings), this.context, before[index] ?? NOTHING, () => this.told()),
    );
    this.change({ phase: "talking", began: Date.now(), ended: null });
    this.heard(settings.b === null ? 0 : this.view.audible);
    this.looking = setInterval(() => {
      for (const talk of this.talks) talk.measure();
    }, LOOK_MS);
    this.told();
  }

  /** Tries the microphone again while the conversation goes on without one. */
  async askAgain(): Promise<void> {
    if (this.settings === null || this.context === null || this.microphone !== null) return;
    await this.listen(this.settings);
  }

  end(): void {
    this.stopTrying();
    for (const talk of this.talks) talk.end();
    if (this.view.phase === "opening") {
      this.attempt += 1;
      this.silence();
      this.change({ phase: "idle" });
    }
  }

  /** The page is left, or its tab is closed. */
  leave(): void {
    this.attempt += 1;
    this.stopTrying();
    for (const talk of this.talks) talk.leave();
    this.silence();
  }

  /** Nothing of what was said stays on the page. */
  clear(): void {
    if (this.view.phase === "talking" || this.view.phase === "opening") return;
    this.stopTrying();
    this.talks = [];
    this.change({ phase: "idle", talks: [], began: null, ended: null, fault: null });
  }

  type(words: string): void {
    for (const talk of this.talks) talk.type(words);
  }

  key(digit: string): void {
    for (const talk of this.talks) talk.key(digit);
  }

  hush(): void {
    for (const talk of this.talks) talk.hush();
  }

  mute(on: boolean): void {
    if (this.microphone !== null) this.change({ microphone: on ? "muted" : "on" });
  }

  /** The button is pressed: the agents fall silent and listen. */
  hold(): void {
    if (this.view.phase !== "talking" || this.view.holding || this.microphone === null) return;
    this.stopTail();
    for (const talk of this.talks) talk.press();
    this.change({ holding: true });
  }

  /** ... and is let go: what was said is answered. `drop`: it counts for nothing. */
  letGo(drop = false): void {
    if (!this.view.holding || this.tail !== null) return;
    const done = () => {
      this.tail = null;
      for (const talk of this.talks) drop ? talk.discard() : talk.release();
      this.change({ holding: false });
    };
    if (drop) done();
    else this.tail = setTimeout(done, TAIL_MS);
  }

  /** Who is heard of two. */
  heard(side: 0 | 1): void {
    this.talks.forEach((talk, index) => {
      talk.audible = index === side;
    });
    this.change({ audible: side });
  }

  /** What may change in mid-conversation does so at once. */
  adjust(settings: Settings): void {
    this.settings = settings;
    if (this.view.phase !== "talking" || settings.mode === "text") return;
    if (settings.turns === "auto" && this.view.holding) this.letGo();
    for (const talk of this.talks)
      talk.takeTurns({
        turns: settings.turns,
        ...(settings.sensitivity !== "" && { interruption_sensitivity: settings.sensitivity }),
        turn: pausesOf(settings) ?? {},
      });
  }

  /** The network is back. */
  wake(): void {
    for (const talk of this.talks) talk.wake();
  }

  private async listen(settings: Settings): Promise<boolean> {
    const { context } = this;
    if (context === null) return false;
    try {
      const microphone = await Microphone.open(
        context,
        {
          frame: (pcm) => this.frame(pcm),
          level: (shown) => this.levels.push(this.counts ? shown : 0, FRAME_MS),
          ended: () => {
            this.microphone?.close();
            this.microphone = null;
            this.failed({ name: "microphone_gone" });
          },
        },
        { device: settings.device, processed: settings.processed },
      );
      if (context !== this.context || context.state === "closed") {
        microphone.close();
        return false;
      }
      this.microphone = microphone;
      this.change({ microphone: "on", fault: null });
      return true;
    } catch (error) {
      this.failed(error instanceof FaultError ? error.fault : { name: "microphone_busy" });
      return false;
    }
  }

  /** Nothing is heard of who speaks; the conversation goes on by words. */
  private failed(fault: Fault): void {
    this.change({ microphone: "none", holding: false, fault });
  }

  /** Whether what the microphone hears is to be heard by anybody. */
  private get counts(): boolean {
    if (this.view.microphone !== "on") return false;
    return this.settings?.turns === "manual" ? this.view.holding : true;
  }

  private frame(pcm: ArrayBuffer): void {
    if (this.counts) for (const talk of this.talks) talk.hear(pcm);
  }

  /** Something has changed in a conversation. */
  private told(): void {
    this.change({ talks: this.talks.map((talk) => talk.view) });
    if (this.view.phase !== "talking" || this.talks.length === 0 || !this.talks.every((talk) => talk.over))
      return;
    this.change({ phase: "over", ended: Date.now() });
    this.silence();
    this.tryLater();
  }

  /** An engine is being loaded: all is begun again when the server said; or nothing answers yet. */
  private tryLater(): void {
    const waits = this.talks.flatMap(({ view: { state } }) => {
      if (state.kind !== "over") return [];
      const { kind, retryAfterS } = state.ending;
      return kind === "warming" || kind === "unreachable" ? [retryAfterS ?? TRY_AFTER_S] : [];
    });
    const { settings } = this;
    if (waits.length === 0 || settings === null || this.tries >= MOST_TRIES) return;
    const ms = 1000 * Math.max(...waits);
    this.change({ again: Date.now() + ms });
    this.retry = setTimeout(() => void this.begin(settings, true), ms);
  }

  private stopTrying(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    if (this.view.again !== null) this.change({ again: null });
  }

  private stopTail(): void {
    if (this.tail !== null) clearTimeout(this.tail);
    this.tail = null;
  }

  private rest(): void {
    this.stopTrying();
    this.stopTail();
    this.silence();
  }

  /** Gives the microphone and the sound card back. */
  private silence(): void {
    this.stopTail();
    if (this.looking !== null) clearInterval(this.looking);
    this.looking = null;
    this.microphone?.close();
    this.microphone = null;
    this.levels.clear();
    const { context } = this;
    this.context = null;
    // What the agent said last is heard to its end.
    if (context !== null) setTimeout(() => void context.close(), 2_500);
    this.change({ microphone: "none", holding: false });
  }

  private change(more: Partial<StudioView>): void {
    this.view = { ...this.view, ...more };
    for (const watcher of this.watchers) watcher();
  }
}

/** How a conversation stands, in a word or two. */
export function stateText(view: StudioView): string {
  if (view.phase === "opening") return t("Opening the microphone…");
  if (view.phase === "idle") return t("Ready");
  if (view.again !== null) return t("Trying again soon");
  if (view.phase === "over") return t("Over");
  const kinds = view.talks.map((talk) => talk.state.kind);
  if (kinds.includes("away")) return t("Taking the connection up again…");
  if (kinds.includes("connecting")) return t("Connecting…");
  if (view.talks.some((talk) => talk.onHold)) return t("On hold");
  return t("Live");
}
