import { useQuery } from "@tanstack/react-query";
import { CalendarDays, Hash, Plus, Route as RouteIcon } from "lucide-react";
import { useLocation, useSearch } from "wouter";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { calendarsQuery, numbersQuery, routesQuery } from "@/parts/data";
import { Button, Page, Tabs } from "@/ui";
import { CalendarSheet } from "./CalendarSheet";
import { Calendars } from "./Calendars";
import { NumberSheet } from "./NumberSheet";
import { Numbers } from "./Numbers";
import { Resolver } from "./Resolver";
import { RouteSheet } from "./RouteSheet";
import { Routes } from "./Routes";

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
