// Which voices are shown, and what is read out of what the catalogue says of them. Pure.
import type { Schema } from "@/api";

export type Voice = Schema["VoiceShown"];

export type Standing = "own" | "other" | "none";

export interface VoiceWish {
  words: string;
  /** A language by its English name; empty: any. */
  language: string;
  gender: string;
  /** That speaks it now, or that it was made for. */
  engine: string;
  style: string;
  standing: Standing | "";
  /** Those that the key keeps. */
  kept: boolean;
}

export const ANY: VoiceWish = {
  words: "",
  language: "",
  gender: "",
  engine: "",
  style: "",
  standing: "",
  kept: false,
};

/** By the engine that it was made for, by another, or by none. */
export function standingOf(voice: Voice): Standing {
  if (!voice.ready) return "none";
  return voice.instead_of === null ? "own" : "other";
}

const STYLES = [
  ...["deep", "low", "high", "bright", "warm", "soft", "calm", "clear", "friendly", "lively", "cheerful"],
  ...["steady", "even", "gentle", "firm", "formal", "relaxed", "energetic", "expressive", "slow", "fast"],
] as const;
/** Words that say the same of a voice. */
const ALIKE: Readonly<Record<string, string>> = {
  slowly: "slow",
  quick: "fast",
  quickly: "fast",
  energy: "energetic",
  kind: "friendly",
  composed: "calm",
  soothing: "calm",
  sunny: "cheerful",
  playful: "lively",
  businesslike: "formal",
  courteous: "formal",
  casual: "relaxed",
  easy: "relaxed",
};

/** Manners of speaking that its description names, in the order of the words. */
export function stylesOf(voice: Voice): string[] {
  const about = voice.description.replace(/The recording is .*$/, "").toLowerCase();
  const words = (about.match(/[a-z]+/g) ?? []).map((word) => ALIKE[word] ?? word);
  return [...new Set(words.filter((word) => (STYLES as readonly string[]).includes(word)))];
}

/** What the description says of the voice itself, without what all recordings have in common. */
export function manner(voice: Voice): string {
  return voice.description.replace(/\s*The recording is .*$/, "").trim();
}

export function fits(voice: Voice, wish: VoiceWish, kept: ReadonlySet<string>): boolean {
  if (wish.language && voice.language_name !== wish.language) return false;
  if (wish.gender && voice.gender !== wish.gender) return false;
  if (wish.engine && voice.engine !== wish.engine && voice.spoken_by !== wish.engine) return false;
  if (wish.standing && standingOf(voice) !== wish.standing) return false;
  if (wish.kept && !kept.has(voice.id)) return false;
  if (wish.style && !stylesOf(voice).includes(wish.style)) return false;
  const text =
    `${voice.id} ${voice.name} ${voice.language} ${voice.language_name} ${voice.description}`.toLowerCase();
  return wish.words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Those of the reader's own language first, of the same region before that; else as they come. */
export function nearest(voices: readonly Voice[], tag: string): Voice[] {
  const own = tag.toLowerCase();
  const base = own.split("-")[0] ?? own;
  const far = ({ language }: Voice) => {
    const told = language.toLowerCase();
    if (told === own) return 0;
    return told === base || told.startsWith(`${base}-`) ? 1 : 2;
  };
  return [...voices].sort((one, other) => far(one) - far(other));
}

/** Values with how many voices have each, the most first or by name. */
export function counted(values: readonly string[], byName = false): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => (byName ? 0 : b.count - a.count) || a.value.localeCompare(b.value));
}

export interface Lack {
  /** What is missing. */
  text: string;
  /** What mends it; empty: nothing that could be typed. */
  command: string;
}

/** `lacks` of a voice, part by part: "its packages: run `voiceforge engines install X`; its weights …". */
export function lacksOf(lacks: string): Lack[] {
  const parts = lacks.match(/(?:[^;(]|\([^)]*\))+/g) ?? [];
  return parts.flatMap((part) => {
    const command = part.match(/`([^`]+)`/)?.[1] ?? "";
    const text = part
      .replace(/[:,]?\s*(?:run\s+)?`[^`]+`/, "")
      .replace(/, not fetched$/, "")
      .trim();
    return text === "" ? [] : [{ text, command }];
  });
}

/** The commands of it, each once. */
export function commandsOf(lacks: readonly Lack[]): string[] {
  return [...new Set(lacks.map((one) => one.command).filter(Boolean))];
}
