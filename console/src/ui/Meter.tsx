import { cn } from "./cn";

/** A level between 0 and 1, while it moves: a microphone's, a line's. `label` names it. */
export function Meter({
  value,
  label,
  className,
  bars = 16,
}: {
  value: number;
  label: string;
  className?: string;
  bars?: number;
}) {
  const level = Math.min(1, Math.max(0, value));
  const lit = Math.round(level * bars);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
      className={cn("flex h-3 items-stretch gap-0.5", className)}
    >
      {Array.from({ length: bars }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: bars without an identity
          key={index}
          className={cn(
            "flex-1 rounded-sm transition-colors duration-75",
            index >= lit
              ? "bg-line-strong/40"
              : index > bars * 0.88
                ? "bg-bad"
                : index > bars * 0.7
                  ? "bg-gold"
                  : "bg-ok",
          )}
        />
      ))}
    </div>
  );
}

/** How far something is; without a value it is under way, who knows how long. */
export function Progress({ value, label, className }: { value?: number; label: string; className?: string }) {
  const share = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      className={cn("h-1.5 overflow-hidden rounded-full bg-line-strong/40", className)}
    >
      <div
        className={cn(
          "h-full rounded-full bg-linear-to-r from-primary to-gold transition-[width]",
          share === undefined && "w-1/3 animate-pulse",
        )}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}
