// What a caller waits for until an answer begins, part by part.
import { t } from "@/app/i18n";

export interface Part {
  id: string;
  name: string;
  about: string;
  /** Tailwind's class of its colour. */
  fill: string;
}

/** In the order in which they come after each other. */
export function parts(): readonly Part[] {
  return [
    {
      id: "endpoint",
      name: t("End of speech"),
      about: t("Until it was clear that the caller is done"),
      fill: "bg-info",
    },
    { id: "stt", name: t("Recognition"), about: t("Until the words were known"), fill: "bg-gold" },
    {
      id: "llm_first_token",
      name: t("Thinking"),
      about: t("Until the first words of the answer"),
      fill: "bg-primary",
    },
    { id: "tts_first_audio", name: t("Voice"), about: t("Until its first sound"), fill: "bg-ok" },
    { id: "transport", name: t("Sending"), about: t("Until it was on the line"), fill: "bg-faint" },
  ];
}

const WHOLES = ["voice_to_voice", "text_to_voice", "text_to_text"];

/** The whole of a turn's time; null where nobody knows it. */
export function whole(given: Readonly<Record<string, number>>): number | null {
  for (const name of WHOLES) {
    const value = given[name];
    if (value !== undefined) return value;
  }
  return null;
}

/** The share of each part in the longest of all turns, so that bars can be compared. */
export function shares(
  given: Readonly<Record<string, number>>,
  longest: number,
): { part: Part; share: number; ms: number }[] {
  return parts()
    .map((part) => ({ part, ms: Math.max(0, given[part.id] ?? 0) }))
    .filter((one) => one.ms > 0)
    .map((one) => ({ ...one, share: longest > 0 ? one.ms / longest : 0 }));
}
