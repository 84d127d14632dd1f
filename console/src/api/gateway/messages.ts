// What is said on `/ws`: docs/gateway.md. The API's document has no messages of sockets, so they stand here, and what comes is read with care.

export type Mode = "voice" | "text" | "hybrid";
export type Turns = "auto" | "manual";
export type Sensitivity = "low" | "medium" | "high";
export type Style = "concise" | "conversational" | "detailed";

/** The pauses of turn-taking and the like, by the names of an agent's `turn`. */
export type TurnTaking = Record<string, number>;

export interface Wanted {
  mode: Mode;
  /** Exactly one of these three. */
  agent?: string;
  flow?: string;
  prompt?: string;
  voice?: string;
  language?: string;
  turns?: Turns;
  system_prompt?: string;
  style?: Style;
  interruption_sensitivity?: Sensitivity;
  turn?: TurnTaking;
  mood?: boolean;
  about?: Record<string, unknown>;
}

export interface AudioFormat {
  format: "pcm16";
  rate: number;
  acks: boolean;
}

export type ClientMessage =
  | { type: "message"; content: string }
  | { type: "commit" | "cancel" | "press" | "release" | "discard" | "respond" | "end" }
  | { type: "turns"; turns?: Turns; interruption_sensitivity?: Sensitivity; turn?: TurnTaking }
  | { type: "digit"; digit: string }
  | { type: "played"; ms: number }
  | { type: "network"; rtt_ms?: number; loss_pct?: number; jitter_ms?: number }
  | { type: "ping"; at: number };

export interface Mood {
  arousal: number;
  arousal_sure: number;
  valence: number;
  valence_sure: number;
  hint: string;
}

export type Quality = "excellent" | "good" | "fair" | "poor";

export interface TurnFigures {
  endpoint_ms: number;
  stt_ms: number;
  agent_ms: number;
  tts_ms: number;
  end_to_end_ms: number;
  quality: Quality;
}

export type ServerMessage =
  | {
      type: "ready";
      session: string;
      call: string;
      token: string;
      agent: string;
      mode: Mode;
      audio: { format: string; rate: number } | null;
      resume_s: number;
    }
  | {
      type: "transcript";
      final: boolean;
      text: string;
      confidence: number | null;
      understood: boolean;
      line?: number;
      language?: string;
      mood?: Mood;
    }
  | { type: "voice"; turn: number; began?: number; ended?: number; committed?: boolean }
  | { type: "unheard"; why: string; turn?: number }
  | { type: "agent" | "operator"; text: string; line?: number }
  | { type: "heard"; text: string; interrupted: boolean; line?: number }
  | { type: "interrupted"; heard_ms: number; audio_ms?: number }
  | ({ type: "metrics" } & TurnFigures)
  | { type: "language"; language: string; before: string }
  | { type: "hold"; held: boolean }
  | { type: "digit"; digit: string }
  | { type: "ending_soon" }
  | { type: "warning"; code: string; message: string; ms: number }
  | { type: "error"; code: string; message: string; retry_after_s?: number }
  | { type: "pong"; at: number }
  | { type: "resumed"; call: string; last: number; missed: boolean; taken: number; audio_ms: number }
  | { type: "ended"; by: string; why: string; code: number | null; detail: string | null; text: string };

type Kind = ServerMessage["type"];
type Shape = Record<string, "string" | "number" | "boolean">;

/** What must be there for a message to be one; the rest is a matter of the server's version. */
const NEEDED: Record<Kind, Shape> = {
  ready: { session: "string", call: "string", token: "string", agent: "string", resume_s: "number" },
  transcript: { final: "boolean", text: "string", understood: "boolean" },
  voice: { turn: "number" },
  unheard: { why: "string" },
  agent: { text: "string" },
  operator: { text: "string" },
  heard: { text: "string", interrupted: "boolean" },
  interrupted: { heard_ms: "number" },
  metrics: { stt_ms: "number", agent_ms: "number", tts_ms: "number", end_to_end_ms: "number" },
  language: { language: "string", before: "string" },
  hold: { held: "boolean" },
  digit: { digit: "string" },
  ending_soon: {},
  warning: { code: "string", message: "string" },
  error: { code: "string", message: "string" },
  pong: { at: "number" },
  resumed: { taken: "number", audio_ms: "number", missed: "boolean" },
  ended: { by: "string", why: "string", text: "string" },
};

export interface Told {
  message: ServerMessage;
  /** Its number through the conversation; null: it has none. */
  seq: number | null;
}

/** A message of the server's; null for what is none that we know. */
export function read(text: string): Told | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  const kind = fields.type;
  if (typeof kind !== "string" || !Object.hasOwn(NEEDED, kind)) return null;
  const needed = NEEDED[kind as Kind];
  for (const [name, type] of Object.entries(needed)) if (typeof fields[name] !== type) return null;
  return { message: value as ServerMessage, seq: typeof fields.seq === "number" ? fields.seq : null };
}
