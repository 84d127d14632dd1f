// One side's conversation: its link, its voice, its transcript and the times of its answers.

import {
  browserParts,
  GatewayLink,
  type LinkState,
  type Quality,
  type ServerMessage,
  type Wanted,
} from "@/api/gateway";
import { asRead, closed, type Lines, withMessage, withNote } from "@/api/gateway/transcript";
import { t } from "@/app/i18n";
import { LevelRing } from "@/audio/pcm/levels";
import { Playout } from "@/audio/pcm/playout";
import { heardAfter, type Turn, turnOf } from "./turns";

/** Of what is sent and heard, in Hz. */
export const RATE = 16_000;
const KEPT_LINES = 1_000;
/** Audio behind a silence this long is another answer. */
const APART_MS = 200;
/** The first sound of an answer comes with its figures, give or take this. */
const TOGETHER_MS = 1_000;

export interface NetworkView {
  rtt: number | null;
  jitter: number | null;
  quality: Quality | null;
}

export interface TalkView {
  state: LinkState;
  agent: string;
  /** The call's id; null: it has not begun. */
  call: string | null;
  lines: Lines;
  turns: readonly Turn[];
  network: NetworkView;
  /** What is not as it should be, until the next turn. */
  warning: string;
  onHold: boolean;
}

/** What an earlier conversation left behind: it stays on the page. */
export interface Before {
  lines: Lines;
  turns: readonly Turn[];
}

export class Talk {
  readonly levels = new LevelRing();
  view: TalkView;
  private readonly link: GatewayLink;
  /** Words that were typed and not told back yet. */
  private typed: string[] = [];
  private answers = { said: "", typed: false };
  private soundAt = Number.NEGATIVE_INFINITY;
  private spurtAt = Number.NEGATIVE_INFINITY;
  private figuresAt = Number.NEGATIVE_INFINITY;

  private constructor(
    wanted: Wanted,
    private readonly playout: Promise<Playout> | null,
    before: Before,
    private readonly onChange: () => void,
  ) {
    this.view = {
      state: { kind: "connecting" },
      agent: wanted.agent ?? wanted.flow ?? t("Your prompt"),
      call: null,
      lines:
        before.lines.length > 0 ? withNote(closed(before.lines), t("A new conversation"), Date.now()) : [],
      turns: before.turns,
      network: { rtt: null, jitter: null, quality: null },
      warning: "",
      onHold: false,
    };
    this.link = new GatewayLink(
      browserParts(),
      {
        message: (message) => this.told(message),
        audio: (audio) => this.sounded(audio),
        state: (state) => this.became(state),
      },
      wanted,
      playout === null ? null : { format: "pcm16", rate: RATE, acks: true },
    );
  }

  /** `context`: null where nothing is to be heard. */
  static begin(wanted: Wanted, context: AudioContext | null, before: Before, onChange: () => void): Talk {
    let talk: Talk | null = null;
    const playout =
      context === null
        ? null
        : Playout.open(context, RATE, {
            level: (shown, ms) => talk?.levels.push(shown, ms),
            played: (ms) => talk?.link.say({ type: "played", ms }),
            began: (at) => talk?.heardFrom(at),
          });
    const made = new Talk(wanted, playout, before, onChange);
    talk = made;
    playout?.catch(() =>
      made.change({ warning: t("The browser cannot play sound here: the agent is not heard, only read.") }),
    );
    return made;
  }

  get over(): boolean {
    return this.view.state.kind === "over";
  }

  set audible(on: boolean) {
    this.voice((playout) => {
      playout.audible = on;
    });
  }

  /** 20 ms of the microphone. */
  hear(audio: ArrayBuffer): void {
    this.link.hear(audio);
  }

  type(words: string): void {
    this.typed.push(words);
    this.link.say({ type: "message", content: words });
  }

  press(): void {
    this.link.say({ type: "press" });
  }

  release(): void {
    this.link.say({ type: "release" });
  }

  discard(): void {
    this.link.say({ type: "discard" });
  }

  /** The agent is to be silent, and listen. */
  hush(): void {
    this.link.say({ type: "cancel" });
  }

  key(digit: string): void {
    this.link.say({ type: "digit", digit });
  }

  takeTurns(changes: Pick<Wanted, "turns" | "interruption_sensitivity" | "turn">): void {
    this.link.say({ type: "turns", ...changes });
  }

  wake(): void {
    this.link.wake();
  }

  end(): void {
    this.link.end();
  }

  /** The page is left. */
  leave(): void {
    this.link.leave();
    this.voice((playout) => playout.close());
  }

  /** What is known of the network by now. */
  measure(): void {
    const { rtt_ms, jitter_ms } = this.link.network.figures;
    const { rtt, jitter } = this.view.network;
    if (rtt_ms !== rtt || jitter_ms !== jitter)
      this.change({ network: { rtt: rtt_ms, jitter: jitter_ms, quality: this.link.network.quality } });
  }

  private told(message: ServerMessage): void {
    const now = Date.now();
    const told = withMessage(this.view.lines, message, now);
    const lines = this.playout === null && message.type === "agent" ? asRead(told) : told;
    if (lines !== this.view.lines) this.change({ lines: lines.slice(-KEPT_LINES) });
    switch (message.type) {
      case "ready":
        this.change({ agent: message.agent, call: message.call });
        break;
      case "transcript":
        if (!message.final) break;
        this.answers = { said: message.text, typed: this.typed.includes(message.text) };
        this.typed.splice(0, this.typed.indexOf(message.text) + 1);
        this.change({ warning: "" });
        break;
      case "metrics":
        this.measured(message);
        break;
      case "interrupted":
        this.soundAt = Number.NEGATIVE_INFINITY;
        this.voice((playout) => playout.clear(message.audio_ms ?? 0));
        break;
      case "resumed":
        this.voice((playout) => playout.count(message.audio_ms));
        this.note(
          message.missed
            ? t("Back again. Some of what was said is missing here.")
            : t("Back again: the conversation goes on."),
        );
        break;
      case "language":
        this.note(
          t("The conversation goes on in another language: {language}.", { language: message.language }),
        );
        break;
      case "hold":
        this.change({ onHold: message.held });
        this.note(message.held ? t("You are on hold.") : t("You are off hold."));
        break;
      case "digit":
        this.note(t("The agent pressed {digit}.", { digit: message.digit }));
        break;
      case "ending_soon":
        this.note(t("The conversation will be ended soon: its time is used up."));
        break;
      case "warning":
        this.change({ warning: message.message });
        break;
      case "error":
        if (message.code === "not_now" || message.code === "wrong_mode")
          this.change({ warning: message.message });
        break;
      case "ended":
        this.note(message.text);
        break;
    }
  }

  private measured(figures: Extract<ServerMessage, { type: "metrics" }>): void {
    this.measure();
    this.figuresAt = performance.now();
    const turn = turnOf(this.view.turns.length + 1, figures, {
      at: Date.now(),
      said: this.answers.said,
      typed: this.answers.typed,
      spoken: this.playout !== null,
      rtt: this.view.network.rtt,
    });
    this.change({ turns: [...this.view.turns, turn] });
  }

  private sounded(audio: ArrayBuffer): void {
    const now = performance.now();
    if (now - this.soundAt > APART_MS) this.spurtAt = now;
    this.soundAt = now;
    this.voice((playout) => playout.push(audio));
  }

  /** The loudspeaker has begun with something at this time. */
  private heardFrom(at: number): void {
    const last = this.view.turns.at(-1);
    if (last === undefined || last.playout !== null) return;
    if (Math.abs(this.spurtAt - this.figuresAt) > TOGETHER_MS) return; // it answers nothing
    const heard = heardAfter(last, Math.max(0, at - this.spurtAt));
    this.change({ turns: [...this.view.turns.slice(0, -1), heard] });
  }

  private became(state: LinkState): void {
    const before = this.view.state.kind;
    this.change({ state });
    if (state.kind === "away" && before !== "away") {
      this.soundAt = Number.NEGATIVE_INFINITY;
      this.note(t("The connection was lost. It is taken up again…"));
    }
    if (state.kind === "over")
      for (const words of this.typed.splice(0)) this.note(t("This was not delivered: {words}", { words }));
    if (state.kind === "over") this.voice((playout) => setTimeout(() => playout.close(), 2_000));
  }

  private note(text: string): void {
    if (text) this.change({ lines: withNote(this.view.lines, text, Date.now()) });
  }

  private voice(use: (playout: Playout) => void): void {
    // What fails here has been told already, where the sound was opened.
    this.playout?.then(use, () => {});
  }

  private change(more: Partial<TalkView>): void {
    this.view = { ...this.view, ...more };
    this.onChange();
  }
}
