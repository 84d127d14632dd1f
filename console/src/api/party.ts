// Who is in a call, as people know them: numbers and names out of SIP addresses.
import { t } from "@/app/i18n";
import type { Schema } from "./client";

type Facts = Schema["CallShown"];

/** The user of an address, else its host: `sip:+4930@carrier.example` is +4930. Unreadable ones stand as they are. */
export function partyOf(uri: string): string {
  const bare = uri.replace(/^[^<]*</, "").replace(/>.*$/, "");
  const address = bare.replace(/^(sips?|tel):/i, "").replace(/[;?].*$/, "");
  const at = address.lastIndexOf("@");
  const user = at < 0 ? address : address.slice(0, at);
  const name = (user.includes(":") ? user.slice(0, user.indexOf(":")) : user) || address;
  try {
    return decodeURIComponent(name) || uri;
  } catch {
    return name || uri;
  }
}

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
