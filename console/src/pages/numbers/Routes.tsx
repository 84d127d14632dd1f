import { CalendarDays, Route as RouteIcon } from "lucide-react";
import { t } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import type { Route } from "@/parts/data";
import type { Asked } from "@/parts/Loaded";
import { Badge, Button, EmptyState } from "@/ui";
import { Listing } from "./Listing";
import { WeekView } from "./WeekView";
import { hoursInWords, hoursOf } from "./week";

/** Routes, in the order in which they are tried. */
export function Routes({
  list,
  onOpen,
  onNew,
}: {
  list: Asked<Route[]>;
  onOpen: (one: Route) => void;
  onNew: () => void;
}) {
  return (
    <Listing
      list={list}
      title={t("The routes could not be loaded")}
      empty={
        <EmptyState
          icon={<RouteIcon />}
          title={t("No route yet")}
          text={t(
            "A route leads many numbers at once, at certain hours, with somebody else for the rest of the day.",
          )}
          action={
            <Button variant="primary" onClick={onNew}>
              {t("Add a route")}
            </Button>
          }
        />
      }
    >
      {(rows) => (
        <ul className="grid gap-4 md:grid-cols-2">
          {[...rows]
            .sort((one, two) => one.priority - two.priority || one.id - two.id)
            .map((one) => (
              <RouteCard key={one.id} route={one} onOpen={() => onOpen(one)} />
            ))}
        </ul>
      )}
    </Listing>
  );
}

function RouteCard({ route, onOpen }: { route: Route; onOpen: () => void }) {
  const hours = hoursOf(route.hours);
  const { fallback } = route;
  return (
    <li className="glass relative min-w-0 rounded-2xl p-5 focus-within:border-line-strong hover:border-line-strong">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <button
            type="button"
            onClick={onOpen}
            dir="auto"
            className="block max-w-full truncate font-display font-semibold after:absolute after:inset-0 after:rounded-2xl"
          >
            <bdi>{route.label || route.pattern}</bdi>
          </button>
          <p className="truncate text-faint text-xs">
            <bdi>{route.pattern}</bdi> · {t("priority {priority}", { priority: route.priority })}
          </p>
        </div>
        <span className="flex items-center gap-2 text-sm">
          <Avatar name={route.agent} className="size-7 rounded-lg text-[0.625rem]" />
          <span className="max-w-32 truncate">{route.agent}</span>
        </span>
      </div>
      {route.fault && (
        <p className="mt-3 break-words rounded-lg bg-bad-soft px-2.5 py-1.5 text-bad text-xs">
          {route.fault}
        </p>
      )}
      {hours !== null && (
        <div className="mt-4">
          <WeekView hours={hours} small />
        </div>
      )}
      <div className="mt-4 flex flex-wrap gap-1.5">
        <Badge tone={hours === null ? "ok" : "gold"}>{hoursInWords(hours)}</Badge>
        {hours !== null && <Badge>{route.time_zone}</Badge>}
        {route.calendar && <Badge icon={<CalendarDays />}>{route.calendar}</Badge>}
        {fallback && (
          <Badge>
            {fallback.agent
              ? t("else {who}", { who: fallback.agent })
              : fallback.ring
                ? t("else rings {who}", { who: fallback.ring })
                : t("else refused")}
          </Badge>
        )}
      </div>
    </li>
  );
}
