// A session to take along: its turns as CSV, all of it as JSON. Pure.
import type { Line } from "@/api/gateway/transcript";
import type { Turn } from "./turns";

export interface ExportedTalk {
  /** "A" or "B". */
  side: string;
  agent: string;
  call: string | null;
  settings: object;
  lines: readonly Line[];
  turns: readonly Turn[];
}

const COLUMNS: readonly [string, (turn: Turn) => string | number | null][] = [
  ["turn", (turn) => turn.number],
  ["at", (turn) => new Date(turn.at).toISOString()],
  ["said", (turn) => turn.said],
  ["typed", (turn) => (turn.typed ? "yes" : "no")],
  ["endpoint_ms", (turn) => turn.endpoint],
  ["stt_ms", (turn) => turn.stt],
  ["agent_ms", (turn) => turn.agent],
  ["tts_ms", (turn) => turn.tts],
  ["end_to_end_ms", (turn) => turn.endToEnd],
  ["network_rtt_ms", (turn) => turn.rtt],
  ["playout_ms", (turn) => turn.playout],
  ["ear_to_ear_ms", (turn) => turn.earToEar],
  ["quality", (turn) => turn.quality],
];

/** RFC 4180, with a byte order mark, by which spreadsheets know UTF-8. */
export function turnsAsCsv(talks: readonly ExportedTalk[]): string {
  const head = ["side", "agent", ...COLUMNS.map(([name]) => name)];
  const rows = talks.flatMap((talk) =>
    talk.turns.map((turn) => [talk.side, talk.agent, ...COLUMNS.map(([, value]) => value(turn))]),
  );
  return `\uFEFF${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function sessionAsJson(talks: readonly ExportedTalk[], at: Date): string {
  const sessions = talks.map(({ lines, ...talk }) => ({
    ...talk,
    transcript: lines.map(({ key: _key, at: began, ...line }) => ({
      ...line,
      at: new Date(began).toISOString(),
    })),
    turns: talk.turns.map((turn) => ({ ...turn, at: new Date(turn.at).toISOString() })),
  }));
  return `${JSON.stringify({ exported: at.toISOString(), sessions }, null, 2)}\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Math.round(value * 10) / 10);
  // A spreadsheet takes a text that begins so for a formula, whoever said it.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
