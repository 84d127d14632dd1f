// The calls of the softphone: which there are, which is on the screen, and what was missed. Pure.
import { advanced, type CallEvent, isOver, type PhoneCall } from "./call";
import { type Past, pastOf } from "./history";

export interface CallList {
  /** The newest last; those that are over stay for a moment. */
  calls: readonly PhoneCall[];
  /** The call that is on the screen, and heard where it is up. */
  shown: string | null;
  /** Calls that nobody took since the list was last looked at. */
  missed: number;
  /** Of this visit, the newest first. */
  past: readonly Past[];
}

export const NO_CALLS: CallList = { calls: [], shown: null, missed: 0, past: [] };
const MOST_PAST = 50;

export function find(list: CallList, id: string | null): PhoneCall | undefined {
  return list.calls.find((call) => call.id === id);
}

/** Those that are not over. */
export function live(list: CallList): PhoneCall[] {
  return list.calls.filter((call) => !isOver(call));
}

/** A new call. One that comes in while somebody talks rings beside what is on the screen. */
export function added(list: CallList, call: PhoneCall): CallList {
  const onScreen = call.direction === "out" || live(list).length === 0;
  return { ...list, calls: [...list.calls, call], shown: onScreen ? call.id : list.shown };
}

/** What happened in a call; the same list where that changes nothing. */
export function happened(list: CallList, id: string, event: CallEvent): CallList {
  const before = find(list, id);
  if (before === undefined) return list;
  const now = advanced(before, event);
  if (now === before) return list;
  const next: CallList = {
    ...list,
    calls: list.calls.map((call) => (call.id === id ? now : call)),
    missed: list.missed + (now.missed && !before.missed ? 1 : 0),
  };
  return isOver(now) && !isOver(before) ? ended(next, now) : next;
}

/** It is kept among the past ones, and gives the screen to the newest that goes on. */
function ended(list: CallList, call: PhoneCall): CallList {
  const next = live(list).at(-1);
  return {
    ...list,
    past: [pastOf(call), ...list.past].slice(0, MOST_PAST),
    shown: list.shown === call.id && next !== undefined ? next.id : list.shown,
  };
}

/** Without a call that is over; the same list where it goes on. */
export function dropped(list: CallList, id: string): CallList {
  const call = find(list, id);
  if (call === undefined || !isOver(call)) return list;
  const calls = list.calls.filter((one) => one.id !== id);
  return { ...list, calls, shown: list.shown === id ? (calls.at(-1)?.id ?? null) : list.shown };
}
