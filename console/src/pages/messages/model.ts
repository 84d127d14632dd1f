// Text messages as the page shows them: what a state is called, and which conversation is meant.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";

export type Conversation = Schema["ConversationShown"];
export type Text = Schema["TextShown"];
export type Sender = Schema["SenderShown"];
export type Tone = "neutral" | "ok" | "warn" | "bad" | "info";

/** Which conversation: somebody, one of our numbers, and the account that carries it. */
export interface Between {
  account: string;
  number: string;
  ours: string;
}

export function same(one: Between, two: Between | null): boolean {
  return two !== null && one.account === two.account && one.number === two.number && one.ours === two.ours;
}

/** The address of a conversation; it can be kept and sent to others. */
export function pathOf({ account, number, ours }: Between): string {
  return `/messages?${new URLSearchParams({ account, number, ours })}`;
}

/** The conversation that an address names; null: none. */
export function betweenOf(search: string): Between | null {
  const asked = new URLSearchParams(search);
  const [account, number] = [asked.get("account"), asked.get("number")];
  return account && number ? { account, number, ours: asked.get("ours") ?? "" } : null;
}

/** How a message stands, in a word and a tone. */
export function stateOf(state: string): { text: string; tone: Tone } {
  switch (state) {
    case "received":
      return { text: t("came in"), tone: "info" };
    case "taken":
      return { text: t("an agent has it"), tone: "ok" };
    case "kept":
      return { text: t("nobody answers it"), tone: "warn" };
    case "queued":
      return { text: t("queued"), tone: "neutral" };
    case "sent":
      return { text: t("sent"), tone: "info" };
    case "delivered":
      return { text: t("delivered"), tone: "ok" };
    case "undelivered":
      return { text: t("not delivered"), tone: "bad" };
    case "failed":
      return { text: t("failed"), tone: "bad" };
    default:
      return { text: state, tone: "neutral" };
  }
}

/** Oldest first, by days as the browser's clock has them. */
export function byDay(texts: readonly Text[]): { day: string; texts: Text[] }[] {
  const days: { day: string; texts: Text[] }[] = [];
  for (const each of texts.toReversed()) {
    const day = new Date(each.at).toDateString();
    const last = days.at(-1);
    if (last?.day === day) last.texts.push(each);
    else days.push({ day, texts: [each] });
  }
  return days;
}

/** A number as it is written for people, made E.164: blanks, dashes, brackets and a leading 00 go. */
export function dialled(typed: string): string {
  return typed.replace(/[\s().\-/\u2066\u2069]/g, "").replace(/^00/, "+");
}

export function isE164(number: string): boolean {
  return /^\+[1-9]\d{5,14}$/.test(number);
}
