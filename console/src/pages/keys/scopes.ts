// What a key may be allowed, in words.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";

export type Scope = Schema["Scope"];

/** What it lets do. */
export function scopeText(scope: Scope): string {
  switch (scope) {
    case "admin":
      return t("Everything, also keys and settings");
    case "calls:read":
      return t("See calls, transcripts and recordings");
    case "calls:write":
      return t("Place, transfer and end calls");
    case "calls:listen":
      return t("Listen to live calls, whisper, take over");
    case "agents:read":
      return t("See agents");
    case "agents:write":
      return t("Make and change agents");
    case "telephony:read":
      return t("See trunks, numbers and routes");
    case "telephony:write":
      return t("Change trunks, numbers and routes");
    case "flows:read":
      return t("See flows");
    case "flows:write":
      return t("Draw, publish and remove flows");
    case "voices:read":
      return t("See voices");
    case "voices:write":
      return t("Change voices");
    case "speech":
      return t("Speech from text, text from speech, conversion of audio");
    case "sessions":
      return t("Conversations over a WebSocket");
    case "events:read":
      return t("Follow events as they happen");
    case "webhooks:read":
      return t("See webhooks and their deliveries");
    case "webhooks:write":
      return t("Make and change webhooks");
    case "usage:read":
      return t("See usage, costs and analytics");
    case "metrics":
      return t("Figures of the whole server, for monitoring");
    case "models":
      return t("The configured language models");
  }
}

export const SCOPES: readonly Scope[] = [
  "admin",
  "calls:read",
  "calls:write",
  "calls:listen",
  "agents:read",
  "agents:write",
  "flows:read",
  "flows:write",
  "telephony:read",
  "telephony:write",
  "voices:read",
  "voices:write",
  "speech",
  "sessions",
  "models",
  "events:read",
  "webhooks:read",
  "webhooks:write",
  "usage:read",
  "metrics",
];

export interface Preset {
  value: string;
  label: string;
  about: string;
  scopes: readonly Scope[];
}

/** What keys are mostly made for. */
export function presets(): readonly Preset[] {
  return [
    {
      value: "reader",
      label: t("Reports"),
      about: t("Reads calls, events and usage; changes nothing."),
      scopes: ["calls:read", "events:read", "usage:read"],
    },
    {
      value: "caller",
      label: t("Calls"),
      about: t("Places and steers calls, and follows them."),
      scopes: ["calls:read", "calls:write", "events:read", "agents:read"],
    },
    {
      value: "voice",
      label: t("Speech and talk"),
      about: t("Speech, models and conversations for an app of yours."),
      scopes: ["speech", "sessions", "models", "voices:read"],
    },
    {
      value: "builder",
      label: t("Building"),
      about: t("Makes agents and flows."),
      scopes: ["agents:read", "agents:write", "flows:read", "flows:write", "voices:read"],
    },
    {
      value: "admin",
      label: t("Everything"),
      about: t("As the operator. For your own machine."),
      scopes: ["admin"],
    },
  ];
}

/** The preset that has exactly these scopes. */
export function presetOf(scopes: readonly Scope[]): string {
  const same = (one: Preset) =>
    one.scopes.length === scopes.length && one.scopes.every((scope) => scopes.includes(scope));
  return presets().find(same)?.value ?? "";
}
