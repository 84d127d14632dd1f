// What several pages show and choose from: one query for each, so that a change is seen everywhere. What is kept under one key has one shape, and a name that people give stands behind "one": ["agents", "one", name].
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "@/api";
import { nameOf } from "@/app/format";
import { language } from "@/app/i18n";

export type Agent = Schema["AgentShown"];
export type Trunk = Schema["TrunkStood"];
export type PhoneNumber = Schema["NumberShown"];
export type Route = Schema["RouteShown"];
export type Calendar = Schema["CalendarShown"];
export type Engine = Schema["EngineShown"];

const MOST = 200;
const MOST_PAGES = 25;

/** All of a list that is read in pages, for what is chosen from it. */
export async function every<T>(
  load: (cursor: string | undefined) => Promise<{ items: T[]; next?: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await load(cursor);
    all.push(...read.items);
    if (!read.next) break;
    cursor = read.next;
  }
  return all;
}

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) =>
    every((cursor) => ok(api.GET("/api/agents", { params: { query: { limit: MOST, cursor } }, signal }))),
});
export const flowsQuery = queryOptions({
  queryKey: ["flows", "all"],
  queryFn: ({ signal }) =>
    every((cursor) => ok(api.GET("/api/flows", { params: { query: { limit: MOST, cursor } }, signal }))),
});
export const voicesQuery = queryOptions({
  queryKey: ["voices", "all"],
  staleTime: 300_000,
  queryFn: ({ signal }) =>
    every((cursor) => ok(api.GET("/api/voices", { params: { query: { limit: MOST, cursor } }, signal }))),
});
export const enginesQuery = queryOptions({
  queryKey: ["engines"],
  queryFn: ({ signal }) => ok(api.GET("/api/engines", { signal })),
});
export const numbersQuery = queryOptions({
  queryKey: ["numbers"],
  queryFn: ({ signal }) =>
    every((cursor) =>
      ok(api.GET("/api/telephony/numbers", { params: { query: { limit: MOST, cursor } }, signal })),
    ),
});
export const routesQuery = queryOptions({
  queryKey: ["routes"],
  queryFn: ({ signal }) =>
    every((cursor) =>
      ok(api.GET("/api/telephony/routes", { params: { query: { limit: MOST, cursor } }, signal })),
    ),
});
export const calendarsQuery = queryOptions({
  queryKey: ["calendars"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/telephony/calendars", { signal }))).calendars,
});
export const trunksQuery = queryOptions({
  queryKey: ["trunks"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/telephony/trunks", { signal }))).trunks,
});
export const trunkPresetsQuery = queryOptions({
  queryKey: ["trunks", "presets"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) => (await ok(api.GET("/api/telephony/trunks/presets", { signal }))).presets,
});
export const knowledgeQuery = queryOptions({
  queryKey: ["knowledge"],
  queryFn: ({ signal }) => ok(api.GET("/api/knowledge", { signal })),
});
export const keysQuery = queryOptions({
  queryKey: ["keys", "all"],
  queryFn: ({ signal }) =>
    every((cursor) => ok(api.GET("/api/keys", { params: { query: { limit: MOST, cursor } }, signal }))),
});

/** Names of agents, to be chosen from. */
export function useAgentChoices() {
  const { data } = useQuery(agentsQuery);
  return (data ?? []).map((one) => ({
    value: one.name,
    label: one.name,
    about: one.fault || [one.kind, one.language].filter(Boolean).join(" · "),
  }));
}

/** The language of a voice: the API's own name of it in English, else as the page's language calls it. */
export function languageOf(voice: { language: string; language_name: string }): string {
  return language() === "en" ? voice.language_name : nameOf("language", voice.language);
}

/** Voices, to be chosen from. */
export function useVoiceChoices() {
  const { data } = useQuery(voicesQuery);
  return (data ?? []).map((one) => ({
    value: one.id,
    label: `${one.name} · ${languageOf(one)}`,
    about: one.ready ? one.description : (one.why ?? one.lacks ?? ""),
    ready: one.ready,
  }));
}

/** What the server says of itself; asked again every 15 s. */
export function useHealth() {
  return useQuery({
    queryKey: ["health"],
    // 503 brings the same answer: what is missing.
    queryFn: async ({ signal }) => {
      const { data, error, response } = await api.GET("/api/health", { signal });
      if (data !== undefined) return data;
      if (response.status === 503 && error !== undefined && "components" in error) return error;
      return ok(Promise.resolve({ data, error, response }));
    },
    refetchInterval: 15_000,
  });
}
