// What is said in a call with an agent, as the call's own events tell it while it happens (GET /api/telephony/calls/{id}/events). Pure.
import type { Schema } from "@/api";

export interface Caption {
  id: number;
  /** Which line of the call's transcript it is; null where the event did not say. */
  line: number | null;
  speaker: "caller" | "agent" | "operator";
  text: string;
  /** What the caller heard of it, once that is known and less than all. */
  heard: string | null;
  interrupted: boolean;
  /** From the caller's last sound to the agent's first, in ms. */
  voiceToVoice: number | null;
}

export interface Captions {
  lines: readonly Caption[];
  /** What is understood so far of what the caller is saying. */
  partial: string;
  /** Of each answer, in ms: from the caller's last sound to the agent's first. */
  latencies: readonly number[];
  over: boolean;
}

export const NO_CAPTIONS: Captions = { lines: [], partial: "", latencies: [], over: false };
const MOST_LINES = 200;

/** The events that captions are made of, by their names. */
export interface CaptionEvents {
  partial: Schema["PartialLive"];
  final: Schema["FinalLive"];
  agent: Schema["SentenceLive"];
  operator: Schema["SentenceLive"];
  heard: Schema["HeardLive"];
  latency: Schema["LatencyLive"];
  ended: Schema["EndedLive"];
}
export const CAPTION_EVENTS = ["partial", "final", "agent", "operator", "heard", "latency", "ended"] as const;

type Told = { [Name in keyof CaptionEvents]: { kind: Name; data: CaptionEvents[Name] } }[keyof CaptionEvents];

export function captioned(captions: Captions, told: Told): Captions {
  switch (told.kind) {
    case "partial":
      return { ...captions, partial: told.data.text };
    case "final":
      return { ...said(captions, "caller", told.data.text, told.data.line ?? null), partial: "" };
    case "agent":
    case "operator":
      return said(captions, told.kind, told.data.text, told.data.line ?? null);
    case "heard":
      return heard(captions, told.data.text, told.data.interrupted, told.data.line ?? null);
    case "latency": {
      const ms = told.data.voice_to_voice ?? null;
      if (ms === null) return captions;
      return { ...captions, latencies: [...captions.latencies, ms].slice(-MOST_LINES) };
    }
    case "ended":
      return { ...captions, partial: "", over: true };
  }
}

/** Sentences of one line of an agent's are one caption. A new line may begin before it is told what was heard of the last one. */
function said(captions: Captions, speaker: Caption["speaker"], text: string, line: number | null): Captions {
  const last = captions.lines.at(-1);
  const goesOn = line === null ? last?.heard === null : last?.line === line;
  if (speaker === "agent" && last?.speaker === "agent" && goesOn)
    return {
      ...captions,
      lines: [...captions.lines.slice(0, -1), { ...last, text: `${last.text} ${text}` }],
    };
  const id = (last?.id ?? 0) + 1;
  const voiceToVoice = speaker === "agent" ? (captions.latencies.at(-1) ?? null) : null;
  const next: Caption = { id, line, speaker, text, heard: null, interrupted: false, voiceToVoice };
  return { ...captions, lines: [...captions.lines, next].slice(-MOST_LINES) };
}

function heard(captions: Captions, text: string, interrupted: boolean, line: number | null): Captions {
  const at = captions.lines.findLastIndex(
    (one) => one.speaker === "agent" && (line === null ? one.heard === null : one.line === line),
  );
  if (at === -1) return captions;
  const lines = captions.lines.map((one, index) =>
    index === at ? { ...one, heard: text, interrupted } : one,
  );
  return { ...captions, lines };
}
