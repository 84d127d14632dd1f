import { useQuery } from "@tanstack/react-query";
import { CalendarDays, Hash, Plus, Route as RouteIcon } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { useActions } from "@/app/actions";
import { phoneNumber } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Avatar } from "@/parts/Avatar";
import {
  type Calendar,
  calendarsQuery,
  numbersQuery,
  type PhoneNumber,
  type Route,
  routesQuery,
  trunksQuery,
} from "@/parts/data";
import { Notice } from "@/parts/Notice";
import {
  Badge,
  Button,
  Card,
  EmptyState,
  ErrorState,
  Page,
  SearchInput,
  SkeletonList,
  Table,
  Tabs,
} from "@/ui";
import { CalendarSheet } from "./CalendarSheet";
import { NumberSheet } from "./NumberSheet";
import { Resolver } from "./Resolver";
import { RouteSheet } from "./RouteSheet";
import { WeekView } from "./WeekView";
import { hoursInWords, hoursOf } from "./week";

type View = "numbers" | "routes" | "calendars" | "who";

export default function NumbersPage() {
  const { may } = useSession();
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const view = (asked.get("view") ?? "numbers") as View;
  const numbers = useQuery(numbersQuery);
  const routes = useQuery(routesQuery);
  const calendars = useQuery(calendarsQuery);
  const writes = may("admin");
  const show = (more: Record<string, string>) => go(`/numbers?${new URLSearchParams({ view, ...more })}`);
  const close = () => go(`/numbers?view=${view}`, { replace: true });
  const fresh = asked.get("new");
  const number = numbers.data?.find((one) => one.number === asked.get("number"));
  const route = routes.data?.find((one) => String(one.id) === asked.get("route"));
  const calendar = calendars.data?.find((one) => one.name === asked.get("calendar"));
  const add = {
    numbers: t("New number"),
    routes: t("New route"),
    calendars: t("New calendar"),
    who: t("New number"),
  }[view];
  useActions(
    writes
      ? [{ id: "numbers.new", label: add, keys: "n", icon: <Plus />, run: () => show({ new: "" }) }]
      : [],
  );
  return (
    <Page
      title={t("Numbers")}
      description={t("Which numbers and names lead to whom, when, and what callers get otherwise.")}
      actions={
        writes && (
          <Button variant="primary" icon={<Plus />} onClick={() => show({ new: "" })}>
            {add}
          </Button>
        )
      }
    >
      <Tabs
        label={t("Numbers and routes")}
        value={view}
        onChange={(value) => go(`/numbers?view=${value}`)}
        tabs={[
          {
            value: "numbers",
            label: t("Numbers"),
            icon: <Hash />,
            badge: numbers.data?.length,
            content: (
              <Numbers
                list={numbers}
                routes={routes.data ?? []}
                onOpen={(one) => show({ number: one.number })}
                onNew={() => show({ new: "" })}
              />
            ),
          },
          {
            value: "routes",
            label: t("Routes"),
            icon: <RouteIcon />,
            badge: routes.data?.length,
            content: (
              <Routes
                list={routes}
                onOpen={(one) => show({ route: String(one.id) })}
                onNew={() => show({ new: "" })}
              />
            ),
          },
          {
            value: "calendars",
            label: t("Calendars"),
            icon: <CalendarDays />,
            badge: calendars.data?.length,
            content: (
              <Calendars
                list={calendars}
                routes={routes.data ?? []}
                onOpen={(one) => show({ calendar: one.name })}
                onNew={() => show({ new: "" })}
              />
            ),
          },
          { value: "who", label: t("Who would answer?"), content: <Resolver /> },
        ]}
      />
      {(number || (fresh !== null && (view === "numbers" || view === "who"))) && (
        <NumberSheet
          key={number?.number ?? "new"}
          number={number}
          agent={fresh ?? undefined}
          onClose={close}
        />
      )}
      {(route || (fresh !== null && view === "routes")) && (
        <RouteSheet key={route?.id ?? "new"} route={route} onClose={close} />
      )}
      {(calendar || (fresh !== null && view === "calendars")) && (
        <CalendarSheet key={calendar?.name ?? "new"} calendar={calendar} onClose={close} />
      )}
    </Page>
  );
}

interface Listed<T> {
  data?: T[];
  error: Error | null;
  isPending: boolean;
  refetch: () => unknown;
}

function Loaded<T>({
  list,
  title,
  empty,
  children,
}: {
  list: Listed<T>;
  title: string;
  empty: React.ReactNode;
  children: (rows: T[]) => React.ReactNode;
}) {
  if (list.data === undefined)
    return (
      <Card>
        {list.error ? (
          <ErrorState title={title} error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonList />
        )}
      </Card>
    );
  if (list.data.length === 0) return <Card>{empty}</Card>;
  return children(list.data);
}

function Numbers({
  list,
  routes,
  onOpen,
  onNew,
}: {
  list: Listed<PhoneNumber>;
  routes: Route[];
  onOpen: (one: PhoneNumber) => void;
  onNew: () => void;
}) {
  const { may } = useSession();
  const [text, setText] = useState("");
  const { data: trunks } = useQuery({ ...trunksQuery, enabled: may("admin"), refetchInterval: 15_000 });
  const down = (trunks ?? []).filter(
    (one) => one.enabled !== false && ["down", "doubted"].includes(String(one.status?.standing)),
  );
  const hit = down.filter((one) => list.data?.some((number) => number.trunk === one.name));
  return (
    <Loaded
      list={list}
      title={t("The numbers could not be loaded")}
      empty={
        <EmptyState
          icon={<Hash />}
          title={t("No number of yours yet")}
          text={t(
            "Add the numbers that your carrier sends here, and say who answers each. Without one, agents are called by their names.",
          )}
          action={
            <Button variant="primary" onClick={onNew}>
              {t("Add a number")}
            </Button>
          }
        />
      }
    >
      {(rows) => {
        const shown = rows.filter((one) =>
          `${one.number} ${one.label} ${one.agent ?? ""} ${one.trunk}`
            .toLowerCase()
            .includes(text.toLowerCase()),
        );
        return (
          <div className="space-y-4">
            {hit.map((one) => (
              <Notice
                key={one.name}
                tone="bad"
                title={t("The trunk {name} is down: calls to its numbers may not arrive", { name: one.name })}
                action={
                  <Button asChild size="sm">
                    <Link href={`/trunks?trunk=${encodeURIComponent(one.name)}`}>
                      {t("Look at the trunk")}
                    </Link>
                  </Button>
                }
              >
                {String(one.status?.why ?? "")}
              </Notice>
            ))}
            <SearchInput label={t("Search numbers")} value={text} onChange={setText} />
            <Card flush>
              <Table
                label={t("Numbers")}
                rows={shown}
                rowKey={(one) => one.number}
                onOpen={onOpen}
                sortedBy="number"
                rowHeight={60}
                columns={[
                  {
                    id: "number",
                    header: t("Number"),
                    width: "minmax(10rem,1.3fr)",
                    sort: (one) => one.number,
                    cell: (one) => (
                      <span className="block">
                        <span dir="auto" className="figures block truncate font-medium">
                          {phoneNumber(one.number)}
                        </span>
                        <span dir="auto" className="block truncate text-faint text-xs">
                          {one.label}
                        </span>
                      </span>
                    ),
                  },
                  {
                    id: "leads",
                    header: t("Who answers"),
                    width: "minmax(0,1.3fr)",
                    sort: (one) => one.agent ?? "",
                    cell: (one) => <LeadsTo number={one} routes={routes} />,
                  },
                  {
                    id: "trunk",
                    header: t("Trunk"),
                    wide: true,
                    sort: (one) => one.trunk,
                    cell: (one) => one.trunk || t("any"),
                  },
                  {
                    id: "provider",
                    header: t("Provider"),
                    wide: true,
                    sort: (one) => one.provider,
                    cell: (one) => one.provider || "–",
                  },
                ]}
              />
            </Card>
          </div>
        );
      }}
    </Loaded>
  );
}

function LeadsTo({ number, routes }: { number: PhoneNumber; routes: Route[] }) {
  if (number.agent)
    return (
      <span className="flex items-center gap-2.5">
        <Avatar name={number.agent} className="size-7 rounded-lg text-[0.625rem]" />
        <span className="truncate">{number.agent}</span>
      </span>
    );
  const route = routes.find((one) => one.id === number.route);
  if (route)
    return (
      <Badge tone="primary" icon={<RouteIcon />}>
        {route.label || route.pattern} → {route.agent}
      </Badge>
    );
  return <Badge tone="warn">{t("as patterns say")}</Badge>;
}

function Routes({
  list,
  onOpen,
  onNew,
}: {
  list: Listed<Route>;
  onOpen: (one: Route) => void;
  onNew: () => void;
}) {
  return (
    <Loaded
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
    </Loaded>
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

function Calendars({
  list,
  routes,
  onOpen,
  onNew,
}: {
  list: Listed<Calendar>;
  routes: Route[];
  onOpen: (one: Calendar) => void;
  onNew: () => void;
}) {
  return (
    <Loaded
      list={list}
      title={t("The calendars could not be loaded")}
      empty={
        <EmptyState
          icon={<CalendarDays />}
          title={t("No calendar yet")}
          text={t("Holidays and short days, written once for all routes that go by them.")}
          action={
            <Button variant="primary" onClick={onNew}>
              {t("Add a calendar")}
            </Button>
          }
        />
      }
    >
      {(rows) => (
        <Card flush>
          <Table
            label={t("Calendars")}
            rows={rows}
            rowKey={(one) => one.name}
            onOpen={onOpen}
            rowHeight={60}
            columns={[
              {
                id: "name",
                header: t("Calendar"),
                width: "1.5fr",
                sort: (one) => one.name,
                cell: (one) => (
                  <span className="block">
                    <span dir="auto" className="block truncate font-medium">
                      {one.name}
                    </span>
                    <span dir="auto" className="block truncate text-faint text-xs">
                      {one.fault || one.label}
                    </span>
                  </span>
                ),
              },
              {
                id: "days",
                header: t("Days"),
                cell: (one) => tn("{count} day", "{count} days", one.days.length),
                sort: (one) => one.days.length,
              },
              {
                id: "routes",
                header: t("Routes"),
                wide: true,
                cell: (one) => routes.filter((route) => route.calendar === one.name).length,
              },
            ]}
          />
        </Card>
      )}
    </Loaded>
  );
}
