// Where the time of each answer went: the server's figures, and what the way to the ear adds. Pure.
import type { Quality, TurnFigures } from "@/api/gateway";

/** One answer of an agent's. Times in ms; null: there is none (typed words need no recogniser), or it is not known. */
export interface Turn {
  number: number;
  /** ms since 1970. */
  at: number;
  /** What it answers. */
  said: string;
  typed: boolean;
  /** Silence after the last sound until the turn counted as over. */
  endpoint: number | null;
  stt: number | null;
  agent: number | null;
  tts: number | null;
  /** At the server: from the caller's last sound until the first of the answer. */
  endToEnd: number;
  /** The network's round trip. */
  rtt: number | null;
  /** From the arrival of the answer's first sound to the loudspeaker. */
  playout: number | null;
  /** From mouth to ear: the sum of the three. */
  earToEar: number | null;
  quality: Quality;
}

export interface TurnContext {
  at: number;
  said: string;
  typed: boolean;
  /** The answer is heard, and not only read. */
  spoken: boolean;
  rtt: number | null;
}

export function turnOf(number: number, figures: TurnFigures, context: TurnContext): Turn {
  const { typed, spoken } = context;
  return {
    number,
    at: context.at,
    said: context.said,
    typed,
    endpoint: typed ? null : figures.endpoint_ms,
    stt: typed ? null : figures.stt_ms,
    agent: figures.agent_ms,
    tts: spoken ? figures.tts_ms : null,
    endToEnd: figures.end_to_end_ms,
    rtt: context.rtt,
    playout: null,
    earToEar: null,
    quality: figures.quality,
  };
}

/** The answer is heard: so long after its first sound had come. */
export function heardAfter(turn: Turn, playout: number): Turn {
  return { ...turn, playout, earToEar: turn.endToEnd + (turn.rtt ?? 0) + playout };
}

export type Figure = "endpoint" | "stt" | "agent" | "tts" | "endToEnd" | "earToEar";

/** The value below which so large a share of the turns lies (nearest rank); null: no turn has one. */
export function percentile(turns: readonly Turn[], figure: Figure, share: number): number | null {
  const values = turns.flatMap((turn) => turn[figure] ?? []).sort((a, b) => a - b);
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null;
}
