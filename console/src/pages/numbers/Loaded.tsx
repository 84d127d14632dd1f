import type { ReactNode } from "react";
import { Card, ErrorState, SkeletonList } from "@/ui";

export interface Listed<T> {
  data?: T[];
  error: Error | null;
  isPending: boolean;
  refetch: () => unknown;
}

/** A list while it loads, where it cannot be loaded, and where it is empty. */
export function Loaded<T>({
  list,
  title,
  empty,
  children,
}: {
  list: Listed<T>;
  title: string;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}) {
  if (list.data === undefined)
    return (
      <Card>
        {list.error ? (
          <ErrorState title={title} error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonList />
        )}
      </Card>
    );
  if (list.data.length === 0) return <Card>{empty}</Card>;
  return children(list.data);
}
