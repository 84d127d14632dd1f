import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { cn, IconButton } from "@/ui";

export type PanelName = "form" | "variables" | "problems" | "versions" | "test" | "callers" | "words";

export interface Tool {
  name: PanelName;
  icon: ReactNode;
  label: string;
  /** Shown at it; 0: nothing is. */
  count?: number;
  bad?: boolean;
}

/** Which panel is open: at the side, or below on a phone. */
export function PanelRail({
  small,
  tools,
  chosen,
  onChoose,
}: {
  small: boolean;
  tools: readonly Tool[];
  chosen: PanelName | null;
  onChoose: (name: PanelName | null) => void;
}) {
  return (
    <nav
      aria-label={t("Panels")}
      className={cn(
        "flex shrink-0 gap-1 border-line bg-canvas/70",
        small
          ? "absolute inset-x-0 bottom-0 z-10 justify-around border-t px-1 py-1.5 backdrop-blur-xl"
          : "w-12 flex-col items-center border-s py-2",
      )}
    >
      {tools.map((one) => (
        <span key={one.name} className="relative">
          <IconButton
            label={one.count ? `${one.label} (${one.count})` : one.label}
            size={small ? "md" : "sm"}
            pressed={chosen === one.name}
            onClick={() => onChoose(chosen === one.name ? null : one.name)}
          >
            {one.icon}
          </IconButton>
          {one.count !== undefined && one.count > 0 && (
            <span
              aria-hidden
              className={cn(
                "figures pointer-events-none absolute -end-1 -top-1 grid h-4 min-w-4 place-items-center rounded-full px-1 font-semibold text-[0.625rem]",
                one.bad ? "bg-bad-fill text-white" : "bg-warn text-canvas",
              )}
            >
              {one.count}
            </span>
          )}
        </span>
      ))}
    </nav>
  );
}
