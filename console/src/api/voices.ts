// The catalogue of voices as one list: it is small, and pages filter it while somebody types.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from ".";

export type Voice = Schema["VoiceShown"];

const AT_ONCE = 200;

async function allVoices(signal: AbortSignal): Promise<Voice[]> {
  const found: Voice[] = [];
  let cursor: string | null | undefined = "";
  do {
    const query = { limit: AT_ONCE, ...(cursor && { cursor }) };
    const page: Schema["Page_VoiceShown_"] = await ok(api.GET("/api/voices", { params: { query }, signal }));
    found.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return found;
}

/** All voices, by language. `enabled`: whoever asks may read them. */
export function useVoices(enabled = true) {
  return useQuery({
    queryKey: ["voices"],
    queryFn: ({ signal }) => allVoices(signal),
    staleTime: 60_000,
    enabled,
  });
}
