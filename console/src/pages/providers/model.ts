// An account at a provider as its form has it: what its kind wants to know comes from the kind's JSON schema.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import type { Setting, Settings } from "@/forms";
import { secretHint } from "@/parts/secrets";
import type { Status } from "@/ui";

export type Account = Schema["AccountShown"];
export type Kind = Schema["KindShown"];

export interface AccountForm {
  name: string;
  kind: string;
  settings: Settings;
}

/** Settings that every account has; the rest is the kind's own. */
const COMMON = [
  "enabled",
  "public_url",
  "caller",
  "senders",
  "prefixes",
  "priority",
  "max_calls",
  "max_cps",
  "fallback_number",
  "fallback_text",
  "detect_machine",
  "record",
  "delete_recordings",
] as const;

interface Property {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  format?: string;
  items?: Property;
  anyOf?: readonly Property[];
  $ref?: string;
}

interface SchemaOf {
  properties?: Record<string, Property>;
  $defs?: Record<string, Property>;
}

/** What a kind wants to know beside what every account has: what it needs first, the rest in its own order (a key beside its secret). */
export function ownSettings(kind: Kind, values: Settings = {}): Setting[] {
  const schema = kind.settings as SchemaOf;
  const fields = Object.entries(schema.properties ?? {}).filter(
    ([name]) => !(COMMON as readonly string[]).includes(name),
  );
  const made = fields.map(([name, property]) => settingOf(kind, name, whole(property, schema), values[name]));
  return made.toSorted((one, two) => Number(two.required ?? false) - Number(one.required ?? false));
}

/** What somebody fills in who begins, and what most accounts leave alone. Where nothing is needed, all may be wanted. */
export function atFirst(settings: readonly Setting[]): { first: Setting[]; more: Setting[] } {
  const first = settings.filter((one) => one.required);
  return first.length > 0
    ? { first, more: settings.filter((one) => !one.required) }
    : { first: [...settings], more: [] };
}

/** A property with what it refers to, and without its "or nothing". */
function whole(property: Property, schema: SchemaOf): Property {
  const ref = property.$ref?.split("/").at(-1);
  if (ref !== undefined) return { ...schema.$defs?.[ref], ...property };
  const one = property.anyOf?.find((each) => each.type !== "null");
  return one === undefined ? property : { ...whole(one, schema), ...property, type: one.type };
}

function settingOf(kind: Kind, key: string, property: Property, value: unknown): Setting {
  const secret = kind.secrets.includes(key);
  const required = kind.required.includes(key);
  const base = { key, label: labelOf(key), hint: property.description ?? "", required };
  if (secret) return { ...base, kind: "secret", hint: secretHint(String(value ?? "")) ?? base.hint };
  const usual = required ? undefined : shownUsual(property.default);
  if (property.enum !== undefined)
    return {
      ...base,
      kind: "choice",
      usual,
      choices: property.enum.map((one) => ({ value: String(one), label: String(one) })),
    };
  switch (property.type) {
    case "boolean":
      return { ...base, kind: "yes", usual };
    case "integer":
    case "number":
      return { ...base, kind: "number", usual, min: property.minimum, max: property.maximum };
    case "array":
      return { ...base, kind: "words", usual };
    default:
      return { ...base, kind: "text", usual };
  }
}

function shownUsual(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "boolean") return value ? t("Yes") : t("No");
  if (Array.isArray(value)) return value.length > 0 ? value.join(", ") : undefined;
  return String(value);
}

/** Names that people know from the provider's own pages; others as they are written. */
function labelOf(key: string): string {
  const known: Record<string, string> = {
    account_sid: t("Account SID"),
    auth_token: t("Auth token"),
    api_key: t("API key"),
    api_key_sid: t("API key SID"),
    api_key_secret: t("API key secret"),
    public_key: t("Public key"),
    connection_id: t("Connection ID"),
    application_id: t("Application ID"),
    private_key: t("Private key"),
    signature_secret: t("Signature secret"),
    secret: t("Secret"),
    key: t("Key"),
    username: t("User name"),
    password: t("Password"),
    url: t("Address"),
    base_url: t("Another address of the interface"),
    region: t("Region"),
    edge: t("Edge"),
    audio: t("Audio format"),
    space_url: t("Space"),
    project_id: t("Project ID"),
    webhook_secret: t("Webhook secret"),
    fallback_audio: t("Played while we are full"),
    fallback_voicemail: t("Messages are taken while we are full"),
    fallback_url: t("What the provider does while we are down"),
    say_language: t("Language of what it says"),
    say_voice: t("Voice of what it says"),
  };
  return known[key] ?? words(key);
}

function words(key: string): string {
  const text = key.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function formOf(account: Account): AccountForm {
  return { name: account.name, kind: account.kind, settings: { ...account.settings } };
}

/** A new account of a kind, under a name that is free. */
export function newOf(kind: Kind | undefined, taken: readonly string[]): AccountForm {
  const stem = kind?.name ?? "";
  let name = stem;
  for (let at = 2; taken.includes(name); at += 1) name = `${stem}-${at}`;
  return { name, kind: stem, settings: {} };
}

/** What it lacks before anybody is asked; "": nothing. */
export function lackingOf(form: AccountForm, kind: Kind | undefined): string {
  const missing = (kind ? ownSettings(kind) : []).filter(
    (one) => one.required && (form.settings[one.key] ?? "") === "",
  );
  return missing.length > 0
    ? t("Still to be filled in: {what}.", { what: missing.map((one) => one.label).join(", ") })
    : "";
}

/** How an account stands, in a dot and a word. */
export function dotOf(account: { standing: string; calls: number; lacks: string }): {
  status: Status;
  label: string;
} {
  switch (account.standing) {
    case "ready":
      if (account.lacks) return { status: "warn", label: t("Something is missing") };
      return account.calls > 0
        ? { status: "live", label: t("Carrying calls") }
        : { status: "ok", label: t("Ready") };
    case "starting":
      return { status: "idle", label: t("Starting") };
    case "disabled":
      return { status: "idle", label: t("Switched off") };
    case "faulty":
      return { status: "bad", label: t("Its settings make no sense") };
    case "troubled":
      return { status: "bad", label: t("In trouble") };
    default:
      return { status: "idle", label: t("Not known yet") };
  }
}

/** What an account can be asked for, in a word each; what people do not choose by is left out. */
export function abilitiesOf(capabilities: readonly string[]): string[] {
  const known: readonly [string, string][] = [
    ["place", t("calls out")],
    ["receive", t("calls in")],
    ["transfer", t("transfers")],
    ["record", t("recordings")],
    ["numbers", t("numbers")],
    ["detect_machine", t("answering machines")],
    ["send_message", t("SMS out")],
    ["receive_message", t("SMS in")],
    ["callback", t("callback")],
  ];
  return known.filter(([name]) => capabilities.includes(name)).map(([, word]) => word);
}

/** How far what is built was tried. */
export function triedAgainst(kind: Kind): string {
  switch (kind.made_from) {
    case "server":
      return t("Tried against the real server.");
    case "specification":
      return t("Tried against a stand-in made from the provider's published specification.");
    case "documents":
      return t("Made from the provider's documents; not tried against the provider itself yet.");
  }
}
