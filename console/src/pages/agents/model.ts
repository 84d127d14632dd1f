// An agent as its form has it.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import type { Settings } from "@/forms";
import type { Agent } from "@/parts/data";

export type Kind = Schema["AgentBody"]["kind"];

export interface AgentForm {
  name: string;
  kind: Kind;
  flow: string;
  prompt: string;
  entry: string;
  voice: string;
  language: string;
  stt: string[];
  tts: string[];
  llm: string[];
  recording: boolean;
  tools: string[];
  turn: Settings;
  insight: Settings;
  assistant: Settings;
  background: Settings;
  retention: Settings;
  redaction: Settings;
}

export const NEW_AGENT: AgentForm = {
  name: "",
  kind: "flow",
  flow: "",
  prompt: "",
  entry: "",
  voice: "",
  language: "",
  stt: [],
  tts: [],
  llm: [],
  recording: true,
  tools: [],
  turn: {},
  insight: {},
  assistant: {},
  background: {},
  retention: {},
  redaction: {},
};

export function formOf(agent: Agent): AgentForm {
  return {
    name: agent.name,
    kind: agent.kind as Kind,
    flow: agent.flow,
    prompt: agent.prompt,
    entry: agent.entry,
    voice: agent.voice,
    language: agent.language,
    stt: agent.stt,
    tts: agent.tts,
    llm: agent.llm,
    recording: agent.recording,
    tools: agent.tools,
    turn: settingsOf(agent.turn),
    insight: settingsOf(agent.insight),
    assistant: settingsOf(agent.assistant),
    background: settingsOf(agent.background),
    retention: settingsOf(agent.retention),
    redaction: settingsOf(agent.redaction),
  };
}

/** What is sent: all of it but the name, which stands in the address. */
export function bodyOf({ name: _, ...body }: AgentForm): Schema["AgentBody"] {
  return body;
}

/** A row beyond reading is null. */
function settingsOf(value: unknown): Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Settings) : {};
}

/** Fields by the names that people know. */
export function fieldLabel(field: keyof AgentForm & string): string {
  const labels: Record<keyof AgentForm, string> = {
    name: t("Name"),
    kind: t("Kind"),
    flow: t("Flow"),
    prompt: t("Instructions"),
    entry: t("Python class"),
    voice: t("Voice"),
    language: t("Language"),
    stt: t("Recognisers"),
    tts: t("Voice engines"),
    llm: t("Language models"),
    recording: t("Recording"),
    tools: t("Tools"),
    turn: t("Turn-taking"),
    insight: t("Insight"),
    assistant: t("Assistant"),
    background: t("Background"),
    retention: t("How long things are kept"),
    redaction: t("What is left out"),
  };
  return labels[field];
}

export function kindLabel(kind: string): string {
  switch (kind) {
    case "flow":
      return t("Flow");
    case "llm":
      return t("Language model");
    case "realtime":
      return t("Speech to speech");
    case "python":
      return t("Python");
    case "echo":
      return t("Echo");
    default:
      return kind;
  }
}

/** In which part of the editor a field is found, so that a fault there can be shown. */
export type Part = "basics" | "engines" | "turn" | "tools" | "privacy" | "room" | "used" | "history";
export const PART_OF: Record<keyof AgentForm, Part> = {
  name: "basics",
  kind: "basics",
  flow: "basics",
  prompt: "basics",
  entry: "basics",
  voice: "basics",
  language: "basics",
  stt: "engines",
  tts: "engines",
  llm: "engines",
  recording: "privacy",
  tools: "tools",
  turn: "turn",
  insight: "room",
  assistant: "tools",
  background: "room",
  retention: "privacy",
  redaction: "privacy",
};
