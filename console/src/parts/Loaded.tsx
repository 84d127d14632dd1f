import type { ReactNode } from "react";
import { Card, ErrorState, SkeletonList } from "@/ui";

export interface Asked<T> {
  data?: T;
  error: Error | null;
  refetch: () => unknown;
}

/** What was asked for, once it is there; what was there before stays while it is asked for again. */
export function Loaded<T>({
  query,
  title,
  lines,
  carded,
  children,
}: {
  query: Asked<T>;
  /** What is said where it cannot be had. */
  title?: string;
  /** Of the skeleton. */
  lines?: number;
  /** Until it is there a card is in its place. */
  carded?: boolean;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  const waiting = query.error ? (
    <ErrorState title={title} error={query.error} onRetry={() => void query.refetch()} />
  ) : (
    <SkeletonList rows={lines} />
  );
  return carded ? <Card>{waiting}</Card> : waiting;
}
