// Words for what the catalogue has as codes.

import { nameOf } from "@/app/format";
import { t } from "@/app/i18n";
import { languageOf } from "@/parts/data";
import type { Tone } from "@/ui";
import { type Standing, standingOf, type Voice } from "./filter";

export function genderText(gender: string): string {
  switch (gender) {
    case "female":
      return t("Woman");
    case "male":
      return t("Man");
    default:
      return t("Neutral");
  }
}

export function standingText(standing: Standing): string {
  switch (standing) {
    case "own":
      return t("As designed");
    case "other":
      return t("Stand-in");
    case "none":
      return t("Not ready");
  }
}

export function standingTone(standing: Standing): Tone {
  if (standing === "own") return "ok";
  return standing === "other" ? "warn" : "bad";
}

/** Who speaks it now, in a sentence. */
export function spokenText(voice: Voice): string {
  switch (standingOf(voice)) {
    case "own":
      return t("Spoken by {engine}, for which it was made.", { engine: voice.spoken_by ?? voice.engine });
    case "other":
      return t("Spoken by {engine} in the place of {own}: {why}.", {
        engine: voice.spoken_by ?? "",
        own: voice.engine,
        why: voice.why ?? "",
      });
    case "none":
      return t("No engine here can speak it: {own} is missing.", { own: voice.engine });
  }
}

/** Its language and where that is spoken so: "Hindi · India". */
export function placeOf(voice: Voice): string {
  const name = languageOf(voice);
  // "English (United Kingdom)" says it already.
  const region = name.includes("(") ? "" : regionOf(voice.language);
  return region === "" ? name : `${name} · ${region}`;
}

function regionOf(tag: string): string {
  const region = tag.split("-").find((part, index) => index > 0 && /^([A-Z]{2}|\d{3})$/.test(part));
  return region === undefined ? "" : nameOf("region", region);
}

/** One of the manners that filter.ts looks for. */
export function styleText(style: string): string {
  return STYLE_TEXTS[style]?.() ?? style;
}

const STYLE_TEXTS: Readonly<Record<string, () => string>> = {
  deep: () => t("Deep"),
  low: () => t("Low"),
  high: () => t("High"),
  bright: () => t("Bright"),
  warm: () => t("Warm"),
  soft: () => t("Soft"),
  calm: () => t("Calm"),
  clear: () => t("Clear-voiced"),
  friendly: () => t("Friendly"),
  lively: () => t("Lively"),
  cheerful: () => t("Cheerful"),
  steady: () => t("Steady"),
  even: () => t("Even"),
  gentle: () => t("Gentle"),
  firm: () => t("Firm"),
  formal: () => t("Formal"),
  relaxed: () => t("Relaxed"),
  energetic: () => t("Energetic"),
  expressive: () => t("Expressive"),
  slow: () => t("Slow"),
  fast: () => t("Fast"),
};
