import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "@/api";
import type { LiveCall } from "./board";

const NOTHING: readonly Schema["CallLineShown"][] = [];

/** What was said in a call before this page was opened; read once. `wanted`: it is not known from events alone. */
export function useBefore(call: LiveCall, wanted: boolean): readonly Schema["CallLineShown"][] {
  const found = useQuery({
    queryKey: ["calls", "before", call.id],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/telephony/calls/{id}/transcript", {
          params: { path: { id: call.id }, query: { format: "json" } },
          signal,
        }),
      ),
    enabled: wanted && call.answeredAt !== null,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  return typeof found.data === "object" ? found.data.lines : NOTHING;
}
