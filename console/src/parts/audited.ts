// Lines of the audit log as people read them; `agent.change`, `key:2f…` and their like stand under Details.
import type { Schema } from "@/api";
import { list, number } from "@/app/format";
import { t } from "@/app/i18n";

type Line = Pick<Schema["AuditLineShown"], "action" | "subject" | "change">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$/;

/** "changed", "signed in"; an action that is not known stands as it is. */
export function did(action: string): string {
  const [kind = "", verb = ""] = action.split(".");
  if (kind === "session" && verb === "begin") return t("signed in");
  if (kind === "session" && verb === "end") return t("signed out");
  const verbs: Record<string, string> = {
    add: t("added"),
    create: t("made"),
    change: t("changed"),
    remove: t("removed"),
    revoke: t("revoked"),
    rotate: t("renewed the secret of"),
    save: t("saved a version of"),
    publish: t("published"),
    unpublish: t("took back"),
    split: t("split calls of"),
    import: t("imported"),
    set: t("set"),
    place: t("placed"),
    point: t("pointed a number here at"),
    begin: t("began"),
    erase: t("erased"),
  };
  return verbs[verb] ?? action;
}

/** "Agent", "Webhook"; a kind that is not known stands as it is. */
export function kindOf(kind: string): string {
  const kinds: Record<string, string> = {
    agent: t("Agent"),
    key: t("Key"),
    number: t("Number"),
    route: t("Route"),
    calendar: t("Calendar"),
    trunk: t("Trunk"),
    provider: t("Provider"),
    flow: t("Flow"),
    flow_secret: t("Secret of flows"),
    webhook: t("Webhook"),
    knowledge: t("Knowledge"),
    prices: t("Prices"),
    phone_prices: t("Telephone prices"),
    erasure: t("Erasure"),
    session: t("Browser"),
    console: t("Console"),
    call: t("Call"),
  };
  return kinds[kind] ?? kind.replaceAll("_", " ");
}

/** "Agent demo", "Key CRM": by its name where it has one, not by its number. `names`: of keys, by their id. */
export function subjectOf({ subject, change }: Line, names: ReadonlyMap<string, string>): string {
  const at = subject.indexOf(":");
  if (at < 0) return kindOf(subject);
  const [kind, id] = [subject.slice(0, at), subject.slice(at + 1)];
  const told = [change.name, change.url, change.label, change.pattern].find(
    (one) => typeof one === "string" && one !== "",
  );
  const name = names.get(id) ?? (UUID.test(id) || /^\d+$/.test(id) ? told : id);
  return [kindOf(kind), name === undefined ? id.slice(0, 8) : String(name)].join(" ");
}

/** "voice, prompt", "percent: 20", "quota: call minutes 2,000": what is different since. */
export function inWords(change: Record<string, unknown>): string {
  return Object.entries(change)
    .map(([name, value]) =>
      name === "columns" || name === "settings" ? said(value) : `${plain(name)}: ${said(value)}`,
    )
    .filter((one) => !one.endsWith(": "))
    .join(" · ");
}

function said(value: unknown): string {
  if (value === null || value === undefined || value === "") return t("none");
  if (value === true) return t("yes");
  if (value === false) return t("no");
  if (typeof value === "number") return number(value, 6);
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (typeof value === "object")
    return list(Object.entries(value).map(([name, one]) => `${plain(name)} ${said(one)}`));
  return plain(String(value));
}

/** Names of columns and settings without their signs; anything else stands as it is. */
function plain(text: string): string {
  return /^[a-z0-9]+(_[a-z0-9]+)+$/.test(text) ? text.replaceAll("_", " ") : text;
}
