// The calls that are up, kept in step by what the server tells: read once, then changed by each event. Pure.
import type { LiveEvent, LivePartial, Schema } from "@/api";

export interface Said {
  index: number;
  speaker: "caller" | "agent" | "operator";
  text: string;
  interrupted: boolean;
}

export interface LiveCall {
  id: string;
  direction: "inbound" | "outbound";
  from_uri: string;
  to_uri: string;
  agent: string | null;
  startedAt: number;
  answeredAt: number | null;
  /** The last lines of its transcript, in their order. */
  lines: readonly Said[];
  /** What is being understood of the caller just now. */
  partial: string;
  /** Why it is over; null: it is up. It stays in sight for a moment. */
  ended: string | null;
  /** Milliseconds until the agent's latest answer began. */
  latency: number | null;
}

export type Board = ReadonlyMap<string, LiveCall>;
export const EMPTY: Board = new Map();
/** Lines that are kept of each. */
export const LINES = 60;

/** What the list of calls says; what is known of their words already stays. */
export function listed(board: Board, calls: readonly Schema["CallShown"][]): Board {
  const next = new Map<string, LiveCall>();
  for (const call of calls) {
    const known = board.get(call.id);
    next.set(call.id, {
      id: call.id,
      direction: call.direction,
      from_uri: call.from_uri,
      to_uri: call.to_uri,
      agent: call.agent ?? null,
      startedAt: Date.parse(call.started_at),
      answeredAt: call.answered_at ? Date.parse(call.answered_at) : null,
      lines: known?.lines ?? [],
      partial: known?.partial ?? "",
      ended: known?.ended ?? null,
      latency: known?.latency ?? null,
    });
  }
  for (const [id, call] of board) if (call.ended !== null && !next.has(id)) next.set(id, call);
  return next;
}

/** After one event. The same board where it says nothing new. */
export function told(board: Board, event: LiveEvent): Board {
  const id = event.call;
  if (!id) return board;
  if (event.topic === "call.started") {
    if (board.has(id)) return board;
    const { data } = event;
    return new Map(board).set(id, {
      id,
      direction: data.direction,
      from_uri: data.from,
      to_uri: data.to,
      agent: data.agent ?? null,
      startedAt: Date.parse(event.at),
      answeredAt: null,
      lines: [],
      partial: "",
      ended: null,
      latency: null,
    });
  }
  const call = board.get(id);
  if (!call) return board;
  switch (event.topic) {
    case "call.answered":
      return new Map(board).set(id, { ...call, answeredAt: Date.parse(event.data.answered_at) });
    case "call.ended":
      return new Map(board).set(id, { ...call, ended: event.data.why ?? "", partial: "" });
    case "turn": {
      const { index, speaker, text, heard, interrupted, latency } = event.data;
      const said = { index, speaker, text: speaker === "caller" ? text : heard, interrupted };
      const lines = [...call.lines.filter((line) => line.index !== index), said]
        .sort((a, b) => a.index - b.index)
        .slice(-LINES);
      return new Map(board).set(id, {
        ...call,
        lines,
        partial: speaker === "caller" ? "" : call.partial,
        latency: latency.voice_to_voice ?? call.latency,
      });
    }
    default:
      return board;
  }
}

/** What is being understood of a caller. */
export function heard(board: Board, partial: LivePartial): Board {
  const call = board.get(partial.call);
  return call ? new Map(board).set(call.id, { ...call, partial: partial.text }) : board;
}

/** Without a call that was over. */
export function gone(board: Board, id: string): Board {
  if (board.get(id)?.ended == null) return board;
  const next = new Map(board);
  next.delete(id);
  return next;
}

/** In the order in which they are shown: those that are up first, the newest ahead. */
export function inOrder(board: Board): readonly LiveCall[] {
  return [...board.values()].sort(
    (a, b) => Number(a.ended !== null) - Number(b.ended !== null) || b.startedAt - a.startedAt,
  );
}

type Stored = Pick<Schema["CallLineShown"], "index" | "speaker" | "text" | "heard" | "interrupted">;

/** Lines of before and those that came since, each once; the newer ones count. */
export function merged(before: readonly Stored[], since: readonly Said[]): readonly Said[] {
  const byIndex = new Map<number, Said>();
  for (const { index, speaker, text, heard, interrupted } of before)
    byIndex.set(index, { index, speaker, text: speaker === "caller" ? text : heard, interrupted });
  for (const line of since) byIndex.set(line.index, line);
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
