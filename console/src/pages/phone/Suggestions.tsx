import { Phone } from "lucide-react";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import type { Entry } from "@/phone/directory";
import { Face } from "@/phone/Face";
import { cn } from "@/ui";

interface Props {
  id: string;
  entries: readonly Entry[];
  /** Which one the arrow keys have come to; -1: none. */
  at: number;
  typed: string;
  onChoose: (entry: Entry) => void;
}

/** Who fits what is typed. It stands over the keys' upper rows, so that nothing jumps. */
export function Suggestions({ id, entries, at, onChoose, typed }: Props) {
  const shown = entries.filter((entry) => entry.address !== typed).slice(0, 4);
  return (
    <div className="relative z-10 mb-3 h-px bg-line">
      <div
        id={id}
        role="listbox"
        aria-label={t("Who fits")}
        className={cn(
          "absolute inset-x-0 top-1 overflow-hidden rounded-2xl border border-line-strong/50 bg-raised shadow-card",
          shown.length === 0 && "hidden",
        )}
      >
        {shown.map((entry, index) => (
          <button
            key={entry.address}
            id={`${id}-${index}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => onChoose(entry)}
            className={cn(
              "flex w-full items-center gap-3 px-3 py-2.5 text-start transition-colors hover:bg-hover",
              index === at && "bg-selected",
            )}
          >
            <Face name={entry.name} agent={entry.kind === "agent"} size="sm" />
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate font-medium text-fg text-sm">
                {phoneNumber(entry.name)}
              </span>
              <span dir="auto" className="block truncate text-muted text-xs">
                {entry.note}
              </span>
            </span>
            <Phone className="size-4 shrink-0 text-gold-text" aria-hidden />
          </button>
        ))}
      </div>
    </div>
  );
}
