// Who is in a call, and how it came out, as people know it.
import { t } from "@/app/i18n";
import { partyOf } from "./address";
import type { Schema } from "./client";

type Facts = Schema["CallShown"];

/** Whom we speak with: the caller of a call that came in, whom we called else. */
export function otherSide(call: Pick<Facts, "direction" | "from_uri" | "to_uri">): string {
  return partyOf(call.direction === "inbound" ? call.from_uri : call.to_uri);
}

/** Our own side: the number or name that was called, or from which we called. */
export function ourSide(call: Pick<Facts, "direction" | "from_uri" | "to_uri">): string {
  return partyOf(call.direction === "inbound" ? call.to_uri : call.from_uri);
}

/** Seconds of talk, from the answer to the end; null where nobody answered, or it goes on. */
export function talkedS(call: Pick<Facts, "answered_at" | "ended_at">): number | null {
  if (!call.answered_at || !call.ended_at) return null;
  return Math.max(0, (Date.parse(call.ended_at) - Date.parse(call.answered_at)) / 1000);
}

export type Outcome = { text: string; tone: "ok" | "warn" | "bad" | "info" | "neutral" | "gold" };

const TONES: Readonly<Record<string, Outcome["tone"]>> = {
  achieved: "ok",
  confirmed: "ok",
  completed: "ok",
  done: "ok",
  booked: "ok",
  partly: "warn",
  "not achieved": "bad",
  failed: "bad",
  transferred: "info",
  callback: "gold",
  "call back": "gold",
};

/** How it came out, in a word: a flow's, else how it ended. */
export function outcomeOf(call: Pick<Facts, "outcomes" | "answered_at" | "live" | "why" | "state">): Outcome {
  if (call.live) return { text: call.state === "answered" ? t("Live") : t("Ringing"), tone: "info" };
  const status = call.outcomes?.at(-1)?.status;
  if (status) return { text: status, tone: TONES[status] ?? "neutral" };
  if (!call.answered_at) return { text: call.why ?? t("Not answered"), tone: "bad" };
  return { text: call.why ?? t("Ended"), tone: "neutral" };
}
