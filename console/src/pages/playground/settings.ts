// What is chosen on the page, and what that is to the server. Pure.
import type { Mode, Sensitivity, Style, Turns, TurnTaking, Wanted } from "@/api/gateway";

export type Partner = "agent" | "flow" | "prompt";

/** Whom one side of the page talks to. */
export interface Side {
  partner: Partner;
  agent: string;
  flow: string;
  voice: string;
}

export type Patience = "agent" | "quick" | "balanced" | "patient" | "own";

export interface Settings {
  mode: Mode;
  turns: Turns;
  a: Side;
  /** null: only one. */
  b: Side | null;
  language: string;
  style: Style | "";
  sensitivity: Sensitivity | "";
  patience: Patience;
  /** Of `own`: the pauses in ms by their names. */
  pauses: TurnTaking;
  systemPrompt: string;
  mood: boolean;
  /** The microphone's id; empty: the usual one. */
  device: string;
  /** Echo cancelling and the like by the browser. */
  processed: boolean;
  /** JSON for the agent to know. */
  about: string;
}

export const USUAL: Settings = {
  mode: "hybrid",
  turns: "auto",
  a: { partner: "agent", agent: "demo", flow: "", voice: "" },
  b: null,
  language: "",
  style: "",
  sensitivity: "",
  patience: "agent",
  pauses: { whole_ms: 300, open_ms: 700, hanging_ms: 1200 },
  systemPrompt: "",
  mood: false,
  device: "",
  processed: true,
  about: "",
};

/** Pauses that end a turn: after what is whole, what may get more words, what hangs in the air. */
const PAUSES: Record<"quick" | "balanced" | "patient", TurnTaking> = {
  quick: { whole_ms: 160, open_ms: 400, hanging_ms: 800 },
  balanced: { whole_ms: 300, open_ms: 700, hanging_ms: 1200 },
  patient: { whole_ms: 700, open_ms: 1300, hanging_ms: 2200 },
};

export function pausesOf(settings: Settings): TurnTaking | undefined {
  if (settings.patience === "agent") return undefined;
  return settings.patience === "own" ? settings.pauses : PAUSES[settings.patience];
}

/** What is wrong with `about`; null: nothing. */
export function aboutFault(text: string): "json" | "object" | null {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "object";
  } catch {
    return "json";
  }
}

/** What is missing before anybody can be talked to; null: nothing. */
export function missing(side: Side, settings: Settings): "agent" | "flow" | "prompt" | null {
  if (side.partner === "agent") return side.agent === "" ? "agent" : null;
  if (side.partner === "flow") return side.flow === "" ? "flow" : null;
  return settings.systemPrompt.trim() === "" ? "prompt" : null;
}

/** The first message of a conversation of this side. */
export function wantedOf(side: Side, settings: Settings): Wanted {
  const prompt = settings.systemPrompt.trim();
  const turn = pausesOf(settings);
  const about =
    settings.about.trim() === "" ? undefined : (JSON.parse(settings.about) as Record<string, unknown>);
  return {
    mode: settings.mode,
    ...(side.partner === "agent" && { agent: side.agent }),
    ...(side.partner === "flow" && { flow: side.flow }),
    ...(side.partner === "prompt" && { prompt }),
    ...(side.partner === "agent" && prompt !== "" && { system_prompt: prompt }),
    ...(side.voice !== "" && { voice: side.voice }),
    ...(settings.language !== "" && { language: settings.language }),
    ...(settings.style !== "" && { style: settings.style }),
    ...(settings.mode !== "text" && {
      turns: settings.turns,
      ...(settings.sensitivity !== "" && { interruption_sensitivity: settings.sensitivity }),
      ...(turn !== undefined && { turn }),
      ...(settings.mood && { mood: true }),
    }),
    ...(about !== undefined && { about }),
  };
}
