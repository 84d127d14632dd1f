// The board of live calls, from the API's list and its events.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "react";
import { api, type LiveEvent, type LivePartial, ok, type Schema, useLiveEvents } from "@/api";
import { type Board, EMPTY, gone, heard, listed, told } from "./board";

type Step =
  | { kind: "listed"; calls: readonly Schema["CallShown"][] }
  | { kind: "event"; event: LiveEvent }
  | { kind: "partials"; partials: readonly LivePartial[] }
  | { kind: "gone"; id: string };

function stepped(board: Board, step: Step): Board {
  switch (step.kind) {
    case "listed":
      return listed(board, step.calls);
    case "event":
      return told(board, step.event);
    case "partials":
      return step.partials.reduce(heard, board);
    case "gone":
      return gone(board, step.id);
  }
}

const TOPICS = ["call.started", "call.answered", "call.ended", "turn"] as const;
/** How long a call that is over stays in sight. */
const LEAVES_MS = 8000;
/** The list is read anew now and then: whatever was missed is mended by that. */
const AGAIN_MS = 60_000;
const MOST = 200;

export function useBoard() {
  const [board, step] = useReducer(stepped, EMPTY);
  const list = useQuery({
    queryKey: ["calls", "live"],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/telephony/calls", { params: { query: { state: "live", limit: MOST } }, signal })),
    refetchInterval: AGAIN_MS,
  });
  const { data, refetch } = list;
  useEffect(() => {
    if (data) step({ kind: "listed", calls: data.items });
  }, [data]);
  // What is understood comes many times a second with many calls: drawn together, five times a second.
  const waiting = useRef(new Map<string, LivePartial>());
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.size === 0) return;
      step({ kind: "partials", partials: [...waiting.current.values()] });
      waiting.current.clear();
    }, 200);
    return () => clearInterval(timer);
  }, []);
  const leaving = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const timers = leaving.current;
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, []);
  useLiveEvents(
    TOPICS,
    (event) => {
      if (event.call) waiting.current.delete(event.call);
      step({ kind: "event", event });
      const id = event.call;
      if (event.topic === "call.ended" && id) {
        const timer = setTimeout(() => {
          leaving.current.delete(timer);
          step({ kind: "gone", id });
        }, LEAVES_MS);
        leaving.current.add(timer);
      }
    },
    { onPartial: (partial) => waiting.current.set(partial.call, partial), onGap: () => void refetch() },
  );
  return { board, list };
}
