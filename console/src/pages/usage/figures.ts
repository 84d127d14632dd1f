// Kinds of usage as people read them.
import { cost, duration, number } from "@/app/format";
import { t } from "@/app/i18n";
import type { Kind, Sums } from "./summing";

export function kindName(kind: Kind): string {
  const names: Record<Kind, string> = {
    tts_characters: t("Characters spoken"),
    tts_seconds: t("Speech made"),
    stt_seconds: t("Speech understood"),
    llm_prompt_tokens: t("Tokens read"),
    llm_completion_tokens: t("Tokens written"),
    call_seconds: t("Time in calls"),
    phone_seconds_in: t("Phone time in"),
    phone_seconds_out: t("Phone time out"),
    calls: t("Calls"),
    requests: t("Requests"),
  };
  return names[kind] ?? kind;
}

export function amount(kind: Kind, value: number): string {
  return kind.includes("seconds") ? duration(value) : number(value);
}

export type Measure = "cost" | "minutes" | "calls" | "tokens" | "characters";

export function measured(measure: Measure, sums: Sums): number {
  const { amounts } = sums;
  switch (measure) {
    case "cost":
      return sums.cost ?? 0;
    case "minutes":
      return (amounts.call_seconds ?? 0) / 60;
    case "calls":
      return amounts.calls ?? 0;
    case "tokens":
      return (amounts.llm_prompt_tokens ?? 0) + (amounts.llm_completion_tokens ?? 0);
    case "characters":
      return amounts.tts_characters ?? 0;
  }
}

export function written(measure: Measure, value: number): string {
  if (measure === "cost") return cost(value);
  return measure === "minutes" ? duration(value * 60) : number(value);
}
