import { ArrowDownRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";
import { Skeleton } from "./States";

export interface StatProps {
  label: ReactNode;
  /** Written out: format.ts. */
  value: ReactNode;
  /** Below it: what it is made of, of when. */
  hint?: ReactNode;
  icon?: ReactNode;
  /** How it moved, and whether that is good. */
  change?: { text: string; up: boolean; good: boolean };
  loading?: boolean;
  /** A small chart at its foot. */
  children?: ReactNode;
  className?: string;
}

/** One figure on a tile. */
export function Stat({ label, value, hint, icon, change, loading, children, className }: StatProps) {
  const Arrow = change?.up ? ArrowUpRight : ArrowDownRight;
  return (
    <div className={cn("glass flex min-w-0 flex-col rounded-2xl p-5", className)}>
      <div className="flex items-center justify-between gap-3 text-muted text-sm">
        <span className="min-w-0 break-words">{label}</span>
        {icon && (
          <span className="text-gold-text [&_svg]:size-4" aria-hidden>
            {icon}
          </span>
        )}
      </div>
      {loading ? (
        <Skeleton className="mt-3 h-8 w-24" />
      ) : (
        <p className="figures mt-1.5 truncate font-display font-semibold text-[1.75rem] text-fg leading-tight tracking-tight">
          {value}
        </p>
      )}
      <div className="mt-1 flex min-h-5 flex-wrap items-center gap-x-2 text-faint text-xs">
        {change && !loading && (
          <span
            className={cn(
              "inline-flex items-center gap-0.5 font-medium",
              change.good ? "text-ok" : "text-bad",
            )}
          >
            <Arrow className="size-3.5" aria-hidden />
            {change.text}
          </span>
        )}
        {hint && <span className="min-w-0 break-words">{hint}</span>}
      </div>
      {children && <div className="mt-3">{children}</div>}
    </div>
  );
}
