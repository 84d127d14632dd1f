import type { ReactNode } from "react";

/** Settings that belong together, under a title. */
export function Group({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="space-y-4">
      <header className="flex min-h-8 items-center justify-between gap-2">
        <h3 className="font-medium text-faint text-xs uppercase tracking-wider">{title}</h3>
        {actions}
      </header>
      {children}
    </section>
  );
}
