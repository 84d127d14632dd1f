import {
  CircleDot,
  Hash,
  type LucideIcon,
  Pause,
  PhoneForwarded,
  Scissors,
  TriangleAlert,
  Workflow,
  Wrench,
} from "lucide-react";
import type { Schema } from "@/api";
import { clock } from "@/app/format";
import { t } from "@/app/i18n";
import { EmptyState } from "@/ui";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  dtmf: Hash,
  barge_in: Scissors,
  flow: Workflow,
  tool: Wrench,
  hold: Pause,
  transfer: PhoneForwarded,
  agent_failed: TriangleAlert,
  engine_failed: TriangleAlert,
  line_trouble: TriangleAlert,
};
const MOST_SHOWN = 500;

/** What else happened in a call, in its order. */
export function Events({ events }: { events: readonly Schema["CallEventShown"][] }) {
  if (events.length === 0)
    return (
      <EmptyState
        icon={<CircleDot />}
        title={t("Nothing else happened")}
        text={t(
          "Keys that were pressed, interruptions, steps of the flow, tools and transfers are listed here.",
        )}
      />
    );
  return (
    <ol className="space-y-1">
      {events.slice(0, MOST_SHOWN).map((event, index) => {
        const Icon = ICONS[event.kind] ?? CircleDot;
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that only grows
            key={index}
            className="grid grid-cols-[3rem_1.25rem_minmax(0,1fr)] items-baseline gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-hover"
          >
            <span className="figures text-faint text-xs">{clock(event.at_ms / 1000)}</span>
            <Icon className="size-4 self-center text-gold-text" aria-hidden />
            <span className="min-w-0">
              <span className="font-medium text-fg">{event.kind.replaceAll("_", " ")}</span>{" "}
              <span className="break-words text-muted" dir="auto">
                {said(event.data)}
              </span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** An event's fields in one line: "digit 5, duration ms 120". */
export function said(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== "" && value !== undefined)
    .map(
      ([name, value]) =>
        `${name.replaceAll("_", " ")} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`,
    )
    .join(", ");
}
