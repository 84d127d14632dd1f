import type { ReactNode } from "react";
import { type Asked, Loaded } from "@/parts/Loaded";
import { Card } from "@/ui";

/** A list, or what to do while it is empty. */
export function Listing<T>({
  list,
  title,
  empty,
  children,
}: {
  list: Asked<T[]>;
  /** What is said where it cannot be had. */
  title: string;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}) {
  return (
    <Loaded query={list} title={title} carded>
      {(rows) => (rows.length === 0 ? <Card>{empty}</Card> : children(rows))}
    </Loaded>
  );
}
