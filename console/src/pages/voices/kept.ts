// The voices that a key keeps for itself. Whoever is signed in as the operator has no key, and keeps none.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ok, queries } from "@/api";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { toast } from "@/ui";

const KEY = ["voices", "kept"];

export interface KeptVoices {
  /** Whether any can be kept. */
  able: boolean;
  ids: ReadonlySet<string>;
  toggle: (voice: string) => void;
}

export function useKeptVoices(): KeptVoices {
  const { session, may } = useSession();
  // The link that `voiceforge console` prints, and ADMIN_TOKEN, sign in without a key.
  const able =
    may("sessions") && session !== undefined && session.how !== "token" && session.name !== "console";
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ok(api.GET("/api/voice/my-voices", { signal })),
    enabled: able,
  });
  const ids = useMemo(() => new Set(query.data?.voices.map((one) => one.id)), [query.data]);
  const change = useMutation({
    mutationFn: async (voice: string): Promise<unknown> => {
      const params = { path: { voice } };
      if (ids.has(voice)) return ok(api.DELETE("/api/voice/my-voices/{voice}", { params }));
      return ok(api.PUT("/api/voice/my-voices/{voice}", { params, body: { name: "" } }));
    },
    onSuccess: (_, voice) => {
      toast.info(
        ids.has(voice) ? t("It is no longer among your voices.") : t("It is among your voices now."),
      );
      return queries.invalidateQueries({ queryKey: KEY });
    },
    onError: toast.error,
  });
  return { able, ids, toggle: change.mutate };
}
