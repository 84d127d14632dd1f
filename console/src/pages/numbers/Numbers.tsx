import { useQuery } from "@tanstack/react-query";
import { Hash, Route as RouteIcon } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Avatar } from "@/parts/Avatar";
import { type PhoneNumber, type Route, trunksQuery } from "@/parts/data";
import type { Asked } from "@/parts/Loaded";
import { Notice } from "@/parts/Notice";
import { Badge, Button, Card, EmptyState, SearchInput, Table } from "@/ui";
import { Listing } from "./Listing";

/** Our numbers, who answers each, and trunks that are down for them. */
export function Numbers({
  list,
  routes,
  onOpen,
  onNew,
}: {
  list: Asked<PhoneNumber[]>;
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
    <Listing
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
    </Listing>
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
  return <Badge tone="warn">{t("by its route pattern")}</Badge>;
}
