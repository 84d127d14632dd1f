import type { ReactNode } from "react";
import { cn } from "./cn";

export type Tone = "neutral" | "ok" | "warn" | "bad" | "info" | "gold" | "primary";

const tones: Record<Tone, string> = {
  neutral: "bg-hover text-muted",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  gold: "bg-gold-soft text-gold-text",
  primary: "bg-primary-soft text-link",
};

/** A word about something: its state, its kind. */
export function Badge({
  tone = "neutral",
  icon,
  children,
  className,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cn(
        "inline-flex max-w-full items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 py-0.5 font-medium text-xs [&_svg]:size-3.5 [&_svg]:shrink-0",
        tones[tone],
        className,
      )}
    >
      {icon}
      <span dir="auto" className="truncate">
        {children}
      </span>
    </span>
  );
}

export type Status = "ok" | "warn" | "bad" | "idle" | "live";
const dots: Record<Status, string> = {
  ok: "bg-ok",
  warn: "bg-warn",
  bad: "bg-bad",
  idle: "bg-faint",
  live: "bg-ok animate-ring",
};

/** A dot and the word for it: colour is never the only sign. */
export function StatusDot({
  status,
  label,
  hideLabel,
  className,
}: {
  status: Status;
  label: string;
  hideLabel?: boolean;
  className?: string;
}) {
  return (
    <span className={cn("inline-flex min-w-0 items-center gap-2 text-fg text-sm", className)}>
      <span className={cn("size-2 shrink-0 rounded-full", dots[status])} aria-hidden />
      <span className={cn("truncate", hideLabel && "sr-only")}>{label}</span>
    </span>
  );
}
