import { Inbox, RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { Button } from "./Button";
import { cn } from "./cn";
import { Words } from "./Words";

/** Where something will stand once it is loaded. Give it the size of that by `className`. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div
      aria-hidden
      data-skeleton
      className={cn(
        "h-4 animate-shimmer rounded-lg bg-[length:200%_100%] bg-linear-to-r from-hover via-selected to-hover",
        className,
      )}
    />
  );
}

/** Lines of a list that loads; says so to those who cannot see. */
export function SkeletonList({ rows = 6, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label={t("Loading…")} className={cn("space-y-3 p-5", className)}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines without an identity
        <div key={index} className="flex items-center gap-4">
          <Skeleton className="size-8 rounded-full" />
          <Skeleton className="h-4 flex-1" />
          <Skeleton className="hidden h-4 w-24 sm:block" />
        </div>
      ))}
    </div>
  );
}

export interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** What would stand here, and what to do for it. */
  text: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** A list that has nothing yet: what to do next. */
export function EmptyState({ icon, title, text, action, className }: EmptyStateProps) {
  return (
    <div className={cn("flex flex-col items-center px-6 py-14 text-center", className)}>
      <div
        className="mb-4 grid size-14 place-items-center rounded-2xl border border-line bg-linear-to-b from-primary-soft to-transparent text-gold-text [&_svg]:size-6"
        aria-hidden
      >
        {icon ?? <Inbox />}
      </div>
      <p className="font-display font-semibold text-fg text-lg">{title}</p>
      <div className="mt-1.5 max-w-md text-pretty text-muted text-sm leading-relaxed">{text}</div>
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Any error; of the API's the `code` and `detail` are shown, too. */
export interface Told {
  message: string;
  code?: string;
  detail?: unknown;
}

export interface ErrorStateProps {
  error: Told | unknown;
  /** What could not be done ("The calls could not be loaded"). */
  title?: string;
  onRetry?: () => void;
  className?: string;
  /** One line, inside something else. */
  inline?: boolean;
}

/** Something went wrong: what, and how to mend it, in the API's own words. */
export function ErrorState({ error, title, onRetry, className, inline }: ErrorStateProps) {
  const told = asTold(error);
  const detail = more(told);
  // What is not there is not there the second time.
  const gone = "status" in told && told.status === 404;
  return (
    <div
      role="alert"
      className={cn(
        inline
          ? "flex items-start gap-3 rounded-xl border border-bad/30 bg-bad-soft px-4 py-3"
          : "flex flex-col items-center px-6 py-12 text-center",
        className,
      )}
    >
      <TriangleAlert
        className={inline ? "mt-0.5 size-4 shrink-0 text-bad" : "mb-3 size-8 text-bad"}
        aria-hidden
      />
      <div className="min-w-0 max-w-xl flex-1">
        {title && <p className="font-display font-semibold text-fg">{title}</p>}
        <p className={cn("break-words text-sm leading-relaxed", title ? "mt-1 text-muted" : "text-fg")}>
          <Words text={told.message} />
        </p>
        {detail && (
          <p className="mt-1 whitespace-pre-line break-words text-faint text-xs leading-relaxed">
            <Words text={detail} />
          </p>
        )}
      </div>
      {onRetry && !gone && (
        <Button size="sm" className={inline ? "" : "mt-5"} icon={<RotateCw />} onClick={onRetry}>
          {t("Try again")}
        </Button>
      )}
    </div>
  );
}

function asTold(error: unknown): Told {
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string")
    return error as Told;
  return { message: String(error) };
}

/** Its detail, where that says more than the message does ("id: it has to be a number" is both). */
function more({ message, detail }: Told): string {
  const only: unknown = Array.isArray(detail) && detail.length === 1 ? detail[0] : detail;
  const problem = typeof only === "object" && only !== null && "problem" in only ? only.problem : "";
  return typeof problem === "string" && problem !== "" && message.includes(problem) ? "" : detailText(detail);
}

/** The API's `detail` as text: a sentence, or a list of fields and what is wrong with each. */
export function detailText(detail: unknown): string {
  if (detail === null || detail === undefined || detail === "") return "";
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) return detail.map(detailText).filter(Boolean).join("\n");
  if (typeof detail === "object") {
    const { field, message, ...rest } = detail as Record<string, unknown>;
    if (typeof message === "string") return field ? `${String(field)}: ${message}` : message;
    return Object.entries({ ...(field === undefined ? {} : { field }), ...rest })
      .map(
        ([name, value]) =>
          `${name}: ${Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value)}`,
      )
      .join("\n");
  }
  return String(detail);
}
