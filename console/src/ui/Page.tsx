import { type ReactNode, useEffect } from "react";
import { cn } from "./cn";

export interface PageHeaderProps {
  title: string;
  description?: ReactNode;
  /** Buttons at the end of the title's line. */
  actions?: ReactNode;
  /** Before the title: a way back, an icon. */
  before?: ReactNode;
  /** Behind the title: a badge. */
  badge?: ReactNode;
}

/** A page's title (its one h1, and the browser tab's name), what it is for, and what can be done. */
export function PageHeader({ title, description, actions, before, badge }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · VoiceForge`;
  }, [title]);
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0 max-w-3xl">
        {before && <div className="mb-2">{before}</div>}
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="min-w-0 text-balance break-words font-display font-semibold text-2xl text-fg tracking-tight sm:text-[1.75rem]">
            {title}
          </h1>
          {badge}
        </div>
        {description && (
          <p className="mt-1.5 max-w-2xl text-pretty text-muted text-sm leading-relaxed">{description}</p>
        )}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

export interface PageProps extends PageHeaderProps {
  children: ReactNode;
  /** `full` takes the whole width (tables, editors); else text stays readable. */
  width?: "normal" | "full";
  className?: string;
}

/** A whole page: its header and what is below. */
export function Page({ children, width = "normal", className, ...header }: PageProps) {
  return (
    <div className={cn("mx-auto w-full", width === "normal" ? "max-w-6xl" : "max-w-[110rem]", className)}>
      <PageHeader {...header} />
      {children}
    </div>
  );
}
