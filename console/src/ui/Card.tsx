import type { HTMLAttributes, ReactNode } from "react";
import { cn } from "./cn";

export interface CardProps extends Omit<HTMLAttributes<HTMLElement>, "title"> {
  title?: ReactNode;
  description?: ReactNode;
  /** At the end of the title's line. */
  actions?: ReactNode;
  /** No padding around the content, for lists, which may scroll. */
  flush?: boolean;
  /** Which heading the title is. */
  level?: 2 | 3;
}

/** A card of glass. */
export function Card({
  title,
  description,
  actions,
  flush,
  level = 2,
  className,
  children,
  ...rest
}: CardProps) {
  const Heading = `h${level}` as const;
  return (
    <section
      className={cn("min-w-0 rounded-2xl", flush ? "glass-still overflow-hidden" : "glass", className)}
      {...rest}
    >
      {(title || actions) && (
        <header
          className={cn(
            "flex flex-wrap justify-between gap-x-4 gap-y-2 px-5 pt-4 pb-3",
            description ? "items-start" : "min-h-15 items-center",
          )}
        >
          <div className="min-w-0">
            {title && (
              <Heading className="font-display font-semibold text-[0.9375rem] text-fg">{title}</Heading>
            )}
            {description && <p className="mt-0.5 text-muted text-sm">{description}</p>}
          </div>
          {actions && <div className="flex min-w-0 max-w-full flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={cn(!flush && "px-5 pb-5", !flush && !title && !actions && "pt-5")}>{children}</div>
    </section>
  );
}
