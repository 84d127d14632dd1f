// A key's monthly limits, as a form has them: texts, empty for no limit.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";

export const KINDS = ["requests", "tts_characters", "stt_seconds", "call_minutes", "tokens"] as const;
export type QuotaKind = (typeof KINDS)[number];
export type QuotaTexts = Record<QuotaKind, string>;
export const NO_LIMITS: QuotaTexts = {
  requests: "",
  tts_characters: "",
  stt_seconds: "",
  call_minutes: "",
  tokens: "",
};

export function quotaName(kind: string): string {
  switch (kind) {
    case "requests":
      return t("Requests");
    case "tts_characters":
      return t("Characters spoken");
    case "stt_seconds":
      return t("Seconds heard");
    case "call_minutes":
      return t("Minutes of calls");
    case "tokens":
      return t("Tokens of models");
    default:
      return kind.replaceAll("_", " ");
  }
}

export function textsOf(quota: Record<string, number | null>): QuotaTexts {
  const text = (kind: QuotaKind) =>
    quota[kind] === null || quota[kind] === undefined ? "" : String(quota[kind]);
  return {
    requests: text("requests"),
    tts_characters: text("tts_characters"),
    stt_seconds: text("stt_seconds"),
    call_minutes: text("call_minutes"),
    tokens: text("tokens"),
  };
}

/** A limit or a rate as typed: null for none, NaN for what is no number from 0 up. */
export function limitOf(text: string): number | null {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return null;
  const value = Number(typed);
  return value >= 0 && Number.isFinite(value) ? value : Number.NaN;
}

export function quotaOf(texts: QuotaTexts): Schema["KeyQuota"] {
  return Object.fromEntries(KINDS.map((kind) => [kind, limitOf(texts[kind])]));
}

/** The limit that is nearest to being spent: its kind and the share of it that is used; null where there is none. */
export function nearest(
  quota: Record<string, number | null>,
  used: Record<string, number>,
): { kind: QuotaKind; used: number; limit: number; share: number } | null {
  const found = KINDS.flatMap((kind) => {
    const limit = quota[kind];
    if (limit === null || limit === undefined) return [];
    const spent = used[kind] ?? 0;
    return [{ kind, used: spent, limit, share: limit > 0 ? spent / limit : 1 }];
  });
  return found.sort((a, b) => b.share - a.share)[0] ?? null;
}
