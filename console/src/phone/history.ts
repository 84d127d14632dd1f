// The softphone's past calls: out of the server's list, and of this visit where nobody is signed in. Pure.
import type { Schema } from "@/api";
import { partyOf } from "@/api/address";
import type { PhoneCall } from "./call";

export interface Past {
  id: string;
  /** The other side's number or name; untrusted text. */
  party: string;
  direction: "in" | "out";
  missed: boolean;
  /** Nobody answered, or it was refused there. */
  failed: boolean;
  /** Milliseconds since 1970. */
  at: number;
  /** Of talk; null where nobody answered. */
  seconds: number | null;
  /** The API has a page for it. */
  page: boolean;
}

type Shown = Schema["CallShown"];

/** Calls that this extension made or was called in, the newest first; others that only contain its name are left out. */
export function pastCalls(lists: readonly (readonly Shown[])[], extension: string): Past[] {
  const byId = new Map<string, Past>();
  for (const call of lists.flat()) {
    const [from, to] = [partyOf(call.from_uri), partyOf(call.to_uri)];
    if (call.live || (from !== extension && to !== extension)) continue;
    const direction = from === extension ? "out" : "in";
    const answered = call.answered_at ?? null;
    byId.set(call.id, {
      id: call.id,
      party: direction === "out" ? to : from,
      direction,
      missed: direction === "in" && answered === null,
      failed: direction === "out" && answered === null,
      at: Date.parse(call.started_at),
      seconds: answered === null ? null : between(answered, call.ended_at ?? null),
      page: true,
    });
  }
  return [...byId.values()].sort((a, b) => b.at - a.at);
}

/** A call of this visit, when it is over. */
export function pastOf(call: PhoneCall): Past {
  return {
    id: call.serverId || call.id,
    party: call.party,
    direction: call.direction,
    missed: call.missed,
    failed: call.direction === "out" && call.answered === null,
    at: call.began,
    seconds: call.answered === null || call.ended === null ? null : (call.ended - call.answered) / 1000,
    page: false,
  };
}

/** One list of both; what the server knows of a call counts. */
export function merged(server: readonly Past[], visit: readonly Past[]): Past[] {
  const known = new Set(server.map(({ id }) => id));
  return [...server, ...visit.filter(({ id }) => !known.has(id))].sort((a, b) => b.at - a.at);
}

export interface Day {
  /** Local midnight, ms since 1970. */
  at: number;
  calls: Past[];
}

/** By days of the local calendar. */
export function byDay(calls: readonly Past[]): Day[] {
  const days: Day[] = [];
  for (const call of calls) {
    const at = new Date(call.at).setHours(0, 0, 0, 0);
    const last = days.at(-1);
    if (last?.at === at) last.calls.push(call);
    else days.push({ at, calls: [call] });
  }
  return days;
}

function between(from: string, to: string | null): number | null {
  return to === null ? null : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
