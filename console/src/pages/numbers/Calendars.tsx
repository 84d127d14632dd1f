import { CalendarDays } from "lucide-react";
import { t, tn } from "@/app/i18n";
import type { Calendar, Route } from "@/parts/data";
import type { Asked } from "@/parts/Loaded";
import { Button, Card, EmptyState, Table } from "@/ui";
import { Listing } from "./Listing";

/** Calendars, and how many routes go by each. */
export function Calendars({
  list,
  routes,
  onOpen,
  onNew,
}: {
  list: Asked<Calendar[]>;
  routes: Route[];
  onOpen: (one: Calendar) => void;
  onNew: () => void;
}) {
  return (
    <Listing
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
    </Listing>
  );
}
