import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn, Words } from "@/ui";

const looks = {
  warn: { box: "border-warn/30 bg-warn-soft", tint: "text-warn", icon: TriangleAlert },
  bad: { box: "border-bad/30 bg-bad-soft", tint: "text-bad", icon: CircleAlert },
  info: { box: "border-info/30 bg-info-soft", tint: "text-info", icon: Info },
} as const;

/** Something that needs attention, and the way to mend it. */
export function Notice({
  tone = "warn",
  title,
  children,
  action,
  className,
}: {
  tone?: keyof typeof looks;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  const { box, tint, icon: Icon } = looks[tone];
  return (
    <div
      role={tone === "bad" ? "alert" : "note"}
      className={cn("flex flex-wrap items-start gap-3 rounded-2xl border px-4 py-3", box, className)}
    >
      <Icon className={cn("mt-0.5 size-4.5 shrink-0", tint)} aria-hidden />
      <div className="min-w-0 flex-1 basis-60 text-sm">
        <p className="break-words font-medium text-fg">
          {typeof title === "string" ? <bdi>{title}</bdi> : title}
        </p>
        {children && (
          <div className="mt-0.5 break-words text-muted leading-relaxed">
            {typeof children === "string" ? <Words text={children} /> : children}
          </div>
        )}
      </div>
      {action && <div className="flex flex-wrap items-center gap-2">{action}</div>}
    </div>
  );
}
