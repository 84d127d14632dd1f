// A trunk as its form has it, and its figures as they are shown.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import type { Trunk } from "@/parts/data";
import type { Status } from "@/ui";

export interface TrunkForm {
  name: string;
  host: string;
  port: number | null;
  transport: "udp" | "tcp" | "tls";
  outbound_proxy: string;
  enabled: boolean;
  register: boolean;
  username: string;
  auth_username: string;
  password: string;
  realm: string;
  expires_s: number | null;
  keep_alive_s: number | null;
  networks: string[];
  header: string;
  may_dial: string[];
  prefixes: string[];
  dial_strip: string;
  dial_prepend: string;
  receive_strip: string;
  receive_prepend: string;
  caller_mode: "pass" | "fixed" | "allowed";
  caller_number: string;
  caller_allowed: string[];
  caller_privacy: "pass" | "always" | "never";
  from_domain: string;
  user_phone: boolean;
  priority: number | null;
  weight: number | null;
  max_calls: number | null;
  max_cps: number | null;
  first_response_s: number | null;
  progress_s: number | null;
  codecs: string[];
  encryption: "off" | "optional" | "required";
  identity: "pass" | "verify" | "require";
  sign: "off" | "A" | "B" | "C";
}

export const NEW_TRUNK: TrunkForm = {
  name: "",
  host: "",
  port: null,
  transport: "udp",
  outbound_proxy: "",
  enabled: true,
  register: false,
  username: "",
  auth_username: "",
  password: "",
  realm: "",
  expires_s: 3600,
  keep_alive_s: 30,
  networks: [],
  header: "",
  may_dial: [],
  prefixes: [],
  dial_strip: "",
  dial_prepend: "",
  receive_strip: "",
  receive_prepend: "",
  caller_mode: "pass",
  caller_number: "",
  caller_allowed: [],
  caller_privacy: "pass",
  from_domain: "",
  user_phone: false,
  priority: 100,
  weight: 1,
  max_calls: 0,
  max_cps: 0,
  first_response_s: 1.5,
  progress_s: 20,
  codecs: ["PCMU", "PCMA"],
  encryption: "off",
  identity: "pass",
  sign: "off",
};

type Part = Record<string, unknown>;
const part = (value: unknown): Part => (typeof value === "object" && value !== null ? (value as Part) : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");

export function formOf(trunk: Trunk): TrunkForm {
  const { dial, receive, caller, status: _, fault: __, version: ___, may_dial, ...row } = trunk;
  const [dials, receives, calls] = [part(dial), part(receive), part(caller)];
  const form: TrunkForm = {
    ...NEW_TRUNK,
    dial_strip: text(dials.strip),
    dial_prepend: text(dials.prepend),
    receive_strip: text(receives.strip),
    receive_prepend: text(receives.prepend),
    caller_mode: (text(calls.mode) || "pass") as TrunkForm["caller_mode"],
    caller_number: text(calls.number),
    caller_allowed: Array.isArray(calls.allowed) ? calls.allowed.map(String) : [],
    caller_privacy: (text(calls.privacy) || "pass") as TrunkForm["caller_privacy"],
    may_dial: may_dial ?? [],
  };
  const known = form as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(row))
    if (name in NEW_TRUNK && value !== null) known[name] = value;
  return form;
}

/** What is sent: the whole trunk; what the form does not show (`before`) stays as it is. */
export function bodyOf(form: TrunkForm, before?: Trunk): Schema["TrunkBody"] {
  const { status: _, fault: __, version: ___, name: ____, ...kept } = before ?? { status: null };
  const {
    name: _____,
    dial_strip,
    dial_prepend,
    receive_strip,
    receive_prepend,
    caller_mode,
    caller_number,
    caller_allowed,
    caller_privacy,
    may_dial,
    ...same
  } = form;
  const numbers: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(same))
    if (value !== null || name === "port") numbers[name] = value;
  return {
    ...kept,
    ...numbers,
    host: form.host,
    may_dial: may_dial.length > 0 ? may_dial : null,
    ...{
      dial: { ...part(before?.dial), strip: dial_strip, prepend: dial_prepend },
      receive: { ...part(before?.receive), strip: receive_strip, prepend: receive_prepend },
      caller: {
        ...part(before?.caller),
        mode: caller_mode,
        number: caller_number,
        allowed: caller_allowed,
        privacy: caller_privacy,
      },
    },
  } as unknown as Schema["TrunkBody"]; // the document has its parts as objects without fields
}

/** One span of a scorecard, as the API counts it. */
export interface Card {
  attempts: number;
  answered: number;
  ratio: number | null;
  failures: number;
  delay_s: number | null;
  mos: number | null;
  codes: readonly (readonly [code: string, count: number])[];
}

export interface Standing {
  standing: string;
  why: string;
  registered: boolean | null;
  reachable: boolean | null;
  calls: number;
  lately: Card;
  total: Card;
}

export function standingOf(trunk: Trunk): Standing | null {
  const status = trunk.status;
  if (status === null || status === undefined) return null;
  return {
    standing: text(status.standing),
    why: text(status.why),
    registered: typeof status.registered === "boolean" ? status.registered : null,
    reachable: typeof status.reachable === "boolean" ? status.reachable : null,
    calls: figure(status.calls) ?? 0,
    lately: cardOf(status.lately),
    total: cardOf(status.total),
  };
}

function cardOf(value: unknown): Card {
  const card = part(value);
  return {
    attempts: figure(card.attempts) ?? 0,
    answered: figure(card.answered) ?? 0,
    ratio: figure(card.answer_seizure_ratio),
    failures: figure(card.trunk_failures) ?? 0,
    delay_s: figure(card.post_dial_delay_s),
    mos: figure(card.mos),
    codes: Object.entries(part(card.codes)).map(([code, count]) => [code, figure(count) ?? 0] as const),
  };
}

function figure(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** How it stands, in a dot and a word. */
export function dotOf(trunk: Trunk): { status: Status; label: string } {
  if (trunk.fault) return { status: "bad", label: t("Its settings make no sense") };
  const now = standingOf(trunk);
  switch (now?.standing) {
    case "up":
      return now.calls > 0
        ? { status: "live", label: t("Up, carrying calls") }
        : { status: "ok", label: t("Up") };
    case "down":
      return { status: "bad", label: t("Down") };
    case "resting":
      return { status: "warn", label: t("Resting, as it asked") };
    case "doubted":
      return now.registered === false
        ? { status: "bad", label: t("Not registered") }
        : { status: "warn", label: t("Asked after the others") };
    case "ill":
      return { status: "warn", label: t("Failing many calls") };
    case "disabled":
      return { status: "idle", label: t("Switched off") };
    case "not known yet":
      return { status: "idle", label: t("Not known yet") };
    default:
      return { status: "idle", label: t("Not used") };
  }
}

/** In the order in which they are tried. */
export function inOrder(trunks: readonly Trunk[]): Trunk[] {
  return [...trunks].sort(
    (one, two) =>
      (one.priority ?? 100) - (two.priority ?? 100) ||
      (two.weight ?? 1) - (one.weight ?? 1) ||
      one.name.localeCompare(two.name),
  );
}
