// What forms offer by name: agents, flows and voices of this server. What cannot be read is not offered; names may be typed all the same.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ok } from "@/api";
import type { FlowDocument } from "./model/document";
import { variableUses } from "./model/variables";
import type { Offers } from "./parts/field";

const MINUTE = 60_000;

export function useOffers(document: FlowDocument): Offers {
  const query = { limit: 200 };
  const agents = useQuery({
    queryKey: ["agents", "names"],
    queryFn: ({ signal }) => ok(api.GET("/api/agents", { params: { query }, signal })),
    staleTime: MINUTE,
    retry: false,
  });
  const flows = useQuery({
    queryKey: ["flows", "names"],
    queryFn: ({ signal }) => ok(api.GET("/api/flows", { params: { query }, signal })),
    staleTime: MINUTE,
    retry: false,
  });
  const voices = useQuery({
    queryKey: ["voices", "names"],
    queryFn: ({ signal }) => ok(api.GET("/api/voices", { params: { query }, signal })),
    staleTime: MINUTE,
    retry: false,
  });
  const variables = useMemo(() => variableUses(document).map((one) => one.name), [document]);
  return useMemo(
    () => ({
      variables,
      agents: agents.data?.items.map((one) => one.name) ?? [],
      flows: flows.data?.items.map((one) => one.name) ?? [],
      voices:
        voices.data?.items.map((one) => ({
          value: one.id,
          label: one.name || one.id,
          about: `${one.id} · ${one.language}`,
        })) ?? [],
      trunks: [],
    }),
    [variables, agents.data, flows.data, voices.data],
  );
}
