// TanStack Query as we use it: what is tried again, what is asked anew, lists that go on page by page.
import { QueryClient, type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { onBack } from "./connection";
import { ApiError } from "./error";

const TRIES = 2;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < TRIES && (!(error instanceof ApiError) || error.passing),
      retryDelay: (attempt, error) =>
        error instanceof ApiError && error.retryAfter !== null
          ? error.retryAfter * 1000
          : Math.min(8000, 500 * 2 ** attempt),
    },
    mutations: { retry: false },
  },
});

// What failed while the server was away is asked for again once it is back; so is what may have changed.
onBack(() => void queries.invalidateQueries());

/** A page of a list, as the API has them everywhere: `next` is the cursor of the page behind it. */
export interface KeysetPage<T> {
  items: T[];
  next?: string | null;
}

/**
 * A list that is read page by page while it is scrolled. `load` is given the cursor ("" at first).
 * `<Table rows={list.rows} onEnd={list.more} …/>`.
 */
export function useKeyset<P extends KeysetPage<unknown>>(
  queryKey: QueryKey,
  load: (cursor: string, signal: AbortSignal) => Promise<P>,
  options: { enabled?: boolean; refetchInterval?: number } = {},
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page: P) => page.next || undefined,
    // Pages that are there stay the same objects by themselves; comparing all of them, line by line, with each further page took 100 ms at 10,000 rows.
    structuralSharing: false,
    ...options,
  });
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const rows = useMemo(
    () => (data?.pages.flatMap((page) => page.items) ?? []) as P["items"][number][],
    [data],
  );
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  return { ...query, rows, more };
}
