// What the dashboard asks for. Days are UTC's, as the API counts them.
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { api, ok, queries, useLiveEvents } from "@/api";
import { useSession } from "@/app/session";
import { trunksQuery } from "@/parts/data";

export type Span = "1" | "7" | "30";
const DAY_MS = 86_400_000;
const FRESH_MS = 30_000;
/** Calls come in bunches: what is shown is asked for at most so often. */
const GATHER_MS = 2500;

/** The days of a span up to today, each as the API writes it: 2026-11-23. */
export function daysOf(span: Span, now: number): string[] {
  const count = Number(span);
  return Array.from({ length: count }, (_, index) =>
    new Date(now - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

export function useSummary(span: Span) {
  const since = useSince(span);
  return useQuery({
    queryKey: ["analytics", "summary", since],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/analytics/summary", { params: { query: { by: ["day"], since } }, signal })),
    refetchInterval: FRESH_MS,
  });
}

export function useLatency(span: Span, byDay: boolean) {
  const since = useSince(span);
  return useQuery({
    queryKey: ["analytics", "latency", since, byDay],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/analytics/latency", {
          params: { query: { since, ...(byDay && { by: ["day"] }) } },
          signal,
        }),
      ),
    refetchInterval: FRESH_MS,
  });
}

export function useQuality(span: Span) {
  const since = useSince(span);
  return useQuery({
    queryKey: ["analytics", "quality", since],
    queryFn: ({ signal }) => ok(api.GET("/api/analytics/quality", { params: { query: { since } }, signal })),
    refetchInterval: FRESH_MS,
  });
}

export function useOutcomes(span: Span) {
  const since = useSince(span);
  return useQuery({
    queryKey: ["analytics", "outcomes", since],
    queryFn: ({ signal }) => ok(api.GET("/api/analytics/outcomes", { params: { query: { since } }, signal })),
    refetchInterval: FRESH_MS,
  });
}

/** How surely callers were understood, and how often agents were cut short. */
export function useUnderstanding(span: Span) {
  const since = useSince(span);
  return useQuery({
    queryKey: ["analytics", "understanding", since],
    queryFn: async ({ signal }) => {
      const asked = { params: { query: { since } }, signal };
      const [heard, cut] = await Promise.all([
        ok(api.GET("/api/analytics/confidence", asked)),
        ok(api.GET("/api/analytics/interruptions", asked)),
      ]);
      return { heard: heard.items[0], cut: cut.items[0] };
    },
    refetchInterval: FRESH_MS,
  });
}

/** Costs of this month, by day. */
export function useCosts() {
  const { may } = useSession();
  return useQuery({
    queryKey: ["usage", "month"],
    queryFn: ({ signal }) => ok(api.GET("/api/usage", { params: { query: { by: ["day"] } }, signal })),
    enabled: may("usage:read"),
    refetchInterval: FRESH_MS,
  });
}

export function useEngines() {
  return useQuery({
    queryKey: ["engines", "used"],
    queryFn: ({ signal }) => ok(api.GET("/api/engines", { params: { query: { used: true } }, signal })),
    refetchInterval: FRESH_MS,
  });
}

export function useTrunks() {
  const { may } = useSession();
  return useQuery({
    ...trunksQuery,
    enabled: may("telephony:read"),
    refetchInterval: FRESH_MS,
  });
}

export function useKeyWarning() {
  const { may } = useSession();
  return useQuery({
    queryKey: ["keys", "warning"],
    queryFn: ({ signal }) => ok(api.GET("/api/keys", { params: { query: { limit: 50 } }, signal })),
    enabled: may("admin"),
    staleTime: 60_000,
  });
}

export function useOutbound() {
  const { may } = useSession();
  return useQuery({
    queryKey: ["outbound"],
    queryFn: ({ signal }) => ok(api.GET("/api/telephony/outbound", { signal })),
    enabled: may("telephony:read"),
    refetchInterval: FRESH_MS,
  });
}

/** The newest calls; `live`: those that are up. */
export function useCalls(live: boolean, limit: number) {
  return useQuery({
    queryKey: ["calls", "dashboard", live, limit],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/telephony/calls", {
          params: { query: { limit, state: live ? "live" : "ended" } },
          signal,
        }),
      ),
    refetchInterval: FRESH_MS,
  });
}

/** Asks anew for what calls change, as they begin and end. */
export function useFollowCalls(): void {
  const waiting = useRef(false);
  useLiveEvents(["call.*"], () => {
    if (waiting.current) return;
    waiting.current = true;
    setTimeout(() => {
      waiting.current = false;
      for (const name of ["calls", "analytics", "health"])
        void queries.invalidateQueries({ queryKey: [name] });
    }, GATHER_MS);
  });
}

/** The span's beginning; the same all day, so that answers are kept by it. */
function useSince(span: Span): string {
  return `${daysOf(span, Date.now())[0]}T00:00:00Z`;
}
