import { CircleAlert, History, MessageSquareText, PanelRight, Sparkles, Users, Variable } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { cn, IconButton } from "@/ui";

const ICONS = {
  form: <PanelRight />,
  variables: <Variable />,
  problems: <CircleAlert />,
  versions: <History />,
  words: <Sparkles />,
  test: <MessageSquareText />,
  callers: <Users />,
} as const satisfies Record<string, ReactNode>;

export type PanelName = keyof typeof ICONS;
const NAMES = Object.keys(ICONS) as PanelName[];

export function panelTitle(name: PanelName): string {
  switch (name) {
    case "form":
      return t("Details");
    case "variables":
      return t("Variables");
    case "problems":
      return t("Problems");
    case "versions":
      return t("Versions");
    case "words":
      return t("Change in words");
    case "test":
      return t("Test");
    case "callers":
      return t("Simulated callers");
  }
}

/** Which panel is open: at the side, or below on a phone. */
export function PanelRail({
  small,
  chosen,
  problems,
  wrong,
  onChoose,
}: {
  small: boolean;
  chosen: PanelName | null;
  /** How many there are, shown at their panel. */
  problems: number;
  /** Among them are errors. */
  wrong: boolean;
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
      {NAMES.map((name) => {
        const count = name === "problems" ? problems : 0;
        return (
          <span key={name} className="relative">
            <IconButton
              label={count > 0 ? `${panelTitle(name)} (${count})` : panelTitle(name)}
              size={small ? "md" : "sm"}
              pressed={chosen === name}
              onClick={() => onChoose(chosen === name ? null : name)}
            >
              {ICONS[name]}
            </IconButton>
            {count > 0 && (
              <span
                aria-hidden
                className={cn(
                  "figures pointer-events-none absolute -end-1 -top-1 grid h-4 min-w-4 place-items-center rounded-full px-1 font-semibold text-[0.625rem]",
                  wrong ? "bg-bad-fill text-white" : "bg-warn text-canvas",
                )}
              >
                {count}
              </span>
            )}
          </span>
        );
      })}
    </nav>
  );
}
