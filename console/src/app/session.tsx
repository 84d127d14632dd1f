// Who is signed in: asked at the start, after each sign-in, and again when an answer says that it is over.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { api, ok, type Schema } from "@/api";
import { errorOf } from "@/api/error";
import { onSessionLost } from "@/api/lost";

export type SignedIn = Schema["SignedIn"];
export type Scope = Schema["Scope"];

interface SessionContext {
  /** undefined: not known yet. */
  session: SignedIn | undefined;
  /** Why it is not known. */
  error: Error | null;
  /** Was signed in, and is no longer: the page's state is kept until somebody signs in again. */
  ended: boolean;
  retry: () => void;
  signIn: (secret: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** Whether it may do what needs this scope ("calls:read"). */
  may: (scope: Scope) => boolean;
}

const Context = createContext<SessionContext | null>(null);
const KEY = ["console", "session"];

export function useSession(): SessionContext {
  const found = useContext(Context);
  if (found === null) throw new Error("useSession belongs inside SessionProvider");
  return found;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [lost, setLost] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ok(api.GET("/api/console/session", { signal })),
    staleTime: 60_000,
    retry: 1,
  });
  const [was, setWas] = useState(false);
  useEffect(() => {
    if (data?.signed_in) setWas(true);
  }, [data]);

  useEffect(
    () =>
      onSessionLost(() => {
        // A 401 tells nothing new to who never was signed in; and another tab may have signed in meanwhile.
        void refetch().then(({ data: now }) =>
          setLost((before) => before || (now !== undefined && !now.signed_in)),
        );
      }),
    [refetch],
  );

  const signIn = useCallback(
    async (secret: string) => {
      // Not through the client: its 401 means a wrong key, not a session that ended.
      const response = await fetch("/api/console/sessions", {
        method: "POST",
        headers: { Authorization: `Bearer ${secret}` },
      });
      if (!response.ok && response.status !== 409)
        throw errorOf(response.status, await response.json().catch(() => null), response.headers);
      await refetch();
      setLost(false);
      await queries.invalidateQueries();
    },
    [queries, refetch],
  );
  const signOut = useCallback(async () => {
    await ok(api.DELETE("/api/console/session"));
    setWas(false);
    setLost(false);
    queries.clear();
    location.assign("/"); // nothing of what was shown stays in memory
  }, [queries]);

  const value = useMemo<SessionContext>(
    () => ({
      session: data,
      error: data === undefined ? error : null,
      ended: was && (lost || data?.signed_in === false) && data?.signed_in !== true,
      retry: () => void refetch(),
      signIn,
      signOut,
      may: (scope) => data?.scopes.includes(scope) ?? false,
    }),
    [data, error, was, lost, refetch, signIn, signOut],
  );
  return <Context value={value}>{children}</Context>;
}
