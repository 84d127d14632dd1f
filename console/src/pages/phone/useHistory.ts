// Past calls of the softphone's extension: the server's, and those of this visit.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ok, queries, useLiveEvents } from "@/api";
import { useSession } from "@/app/session";
import { merged, type Past, pastCalls } from "@/phone/history";
import { usePhone } from "@/phone/usePhone";

const NONE: readonly Past[] = [];

export function useHistory() {
  const { extension, past } = usePhone();
  const { may } = useSession();
  const enabled = extension !== "" && may("calls:read");
  const query = useQuery({
    queryKey: ["calls", "phone", extension],
    queryFn: async ({ signal }) => {
      const ask = (side: { from: string } | { to: string }) =>
        ok(
          api.GET("/api/telephony/calls", {
            params: { query: { ...side, state: "ended", limit: 100 } },
            signal,
          }),
        );
      const [made, taken] = await Promise.all([ask({ from: extension }), ask({ to: extension })]);
      return pastCalls([made.items, taken.items], extension);
    },
    enabled,
  });
  useLiveEvents(["call.ended"], () => void queries.invalidateQueries({ queryKey: ["calls", "phone"] }), {
    enabled,
  });
  const entries = useMemo(() => merged(query.data ?? NONE, past), [query.data, past]);
  return { entries, loading: enabled && query.isPending, error: query.error, retry: query.refetch };
}
