// Rows of usage as the charts and lists want them.
import type { Schema } from "@/api";

export type Row = Schema["UsageRow"];
export type Kind = Schema["UsageKind"];

export interface Sums {
  amounts: Partial<Record<Kind, number>>;
  /** null: nothing of it has a price. */
  cost: number | null;
  /** Whether some of it has none. */
  unpriced: boolean;
}

export const NOTHING: Sums = { amounts: {}, cost: null, unpriced: false };

/** All kinds of rows together. */
export function summed(rows: readonly Row[]): Sums {
  const amounts: Partial<Record<Kind, number>> = {};
  let cost: number | null = null;
  let unpriced = false;
  for (const row of rows) {
    amounts[row.kind] = (amounts[row.kind] ?? 0) + row.amount;
    if (row.cost !== null) cost = (cost ?? 0) + row.cost;
    if (row.unpriced > 0 && BILLED.has(row.kind)) unpriced = true;
  }
  return { amounts, cost, unpriced };
}

/** Requests and calls cost nothing by themselves: nobody waits for their price. */
const BILLED: ReadonlySet<Kind> = new Set([
  "tts_characters",
  "stt_seconds",
  "llm_prompt_tokens",
  "llm_completion_tokens",
  "phone_seconds_in",
  "phone_seconds_out",
]);

/** By what a row is of, the costliest first, then the busiest. */
export function grouped(rows: readonly Row[], by: (row: Row) => string | null | undefined): [string, Sums][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = by(row) ?? "";
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups]
    .map(([key, its]): [string, Sums] => [key, summed(its)])
    .sort(([, one], [, two]) => (two.cost ?? 0) - (one.cost ?? 0) || busy(two) - busy(one));
}

function busy({ amounts }: Sums): number {
  return (amounts.call_seconds ?? 0) + (amounts.requests ?? 0) + (amounts.stt_seconds ?? 0);
}

/** All days from one to the other ("2026-11-01"), both included. */
export function days(since: string, until: string): string[] {
  const all: string[] = [];
  const end = Date.parse(`${until}T00:00:00Z`);
  for (let at = Date.parse(`${since}T00:00:00Z`); at <= end && all.length < 400; at += 86_400_000)
    all.push(new Date(at).toISOString().slice(0, 10));
  return all;
}

/** One figure a day; days without any are 0. */
export function daily(
  rows: readonly Row[],
  all: readonly string[],
  figure: (sums: Sums) => number,
): number[] {
  const byDay = new Map<string, Row[]>();
  for (const row of rows) if (row.day) byDay.set(row.day, [...(byDay.get(row.day) ?? []), row]);
  return all.map((day) => figure(summed(byDay.get(day) ?? [])));
}
