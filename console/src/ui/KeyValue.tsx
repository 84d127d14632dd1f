import type { ReactNode } from "react";
import { cn } from "./cn";

/** Names and values, one below the other. Lines without a value (null, undefined) are left out. */
export function KeyValue({
  items,
  className,
}: {
  items: readonly (readonly [label: ReactNode, value: ReactNode])[];
  className?: string;
}) {
  return (
    <dl className={cn("divide-y divide-line text-sm", className)}>
      {items.map(([label, value], index) =>
        value === null || value === undefined ? null : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
          <div key={index} className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 py-2.5">
            <dt className="text-muted">{label}</dt>
            <dd className="min-w-0 break-words text-end text-fg">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
