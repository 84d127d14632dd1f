import { useQuery } from "@tanstack/react-query";
import { AudioLines, ChartColumn, Coins, Download, FileText, Phone } from "lucide-react";
import { useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, fetched, ok } from "@/api";
import { compact, cost, day as dayOf, duration, number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Avatar } from "@/parts/Avatar";
import { keysQuery, useAgentChoices } from "@/parts/data";
import {
  BarChart,
  Button,
  Card,
  Combobox,
  cn,
  EmptyState,
  ErrorState,
  Page,
  Segmented,
  Select,
  Skeleton,
  SkeletonList,
  Stat,
  Tabs,
  toast,
} from "@/ui";
import { amount, kindName, type Measure, measured, written } from "./figures";
import { Prices } from "./Prices";
import { Quotas } from "./Quotas";
import { daily, days, grouped, type Kind, NOTHING, type Row, summed } from "./summing";

type By = "agent" | "key" | "engine" | "flow";
const SPANS = { "7": 7, "30": 30, "90": 90 } as const;

export default function UsagePage() {
  const { may } = useSession();
  const [, go] = useLocation();
  const view = new URLSearchParams(useSearch()).get("view") ?? "usage";
  return (
    <Page
      title={t("Usage")}
      description={t("What was used, by whom, and what it cost. Days are those of UTC.")}
    >
      <Tabs
        label={t("Usage, quotas and prices")}
        value={view}
        onChange={(value) => go(`/usage?view=${value}`)}
        tabs={[
          { value: "usage", label: t("Usage"), content: <Usage /> },
          ...(may("admin") ? [{ value: "quotas", label: t("Quotas"), content: <Quotas /> }] : []),
          { value: "prices", label: t("Prices"), content: <Prices /> },
        ]}
      />
    </Page>
  );
}

function Usage() {
  const { may } = useSession();
  const [span, setSpan] = useState<keyof typeof SPANS>("30");
  const [agent, setAgent] = useState("");
  const [key, setKey] = useState("");
  const [measure, setMeasure] = useState<Measure>("minutes");
  const [by, setBy] = useState<By>("agent");
  const agents = useAgentChoices();
  const { data: keys = [] } = useQuery({ ...keysQuery, enabled: may("admin") });
  const until = new Date().toISOString().slice(0, 10);
  const since = new Date(Date.parse(`${until}T00:00:00Z`) - (SPANS[span] - 1) * 86_400_000)
    .toISOString()
    .slice(0, 10);
  const query = { since, until, agent: agent || undefined, key: key || undefined };
  const perDay = useQuery({
    queryKey: ["usage", "day", query],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/usage", { params: { query: { ...query, by: ["day"] } }, signal })),
    placeholderData: (before) => before,
  });
  const broken = useQuery({
    queryKey: ["usage", by, query],
    queryFn: ({ signal }) => ok(api.GET("/api/usage", { params: { query: { ...query, by: [by] } }, signal })),
    placeholderData: (before) => before,
  });
  const rows = perDay.data?.items;
  const all = useMemo(() => days(since, until), [since, until]);
  const sums = rows ? summed(rows) : NOTHING;
  const x = useMemo(() => all.map((one) => Date.parse(`${one}T00:00:00Z`) / 1000), [all]);
  const series = useMemo(
    () => [
      {
        label: measureName(measure),
        values: daily(rows ?? [], all, (each) => measured(measure, each)),
        colour: "--gold-text" as const,
      },
    ],
    [rows, all, measure],
  );
  const loading = rows === undefined && !perDay.error;
  const unknown = perDay.isLoadingError;
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label={t("Span")}
          value={span}
          onChange={setSpan}
          choices={[
            { value: "7", label: t("7 days") },
            { value: "30", label: t("30 days") },
            { value: "90", label: t("90 days") },
          ]}
        />
        <Combobox
          className="w-48"
          aria-label={t("Agent")}
          value={agent}
          onChange={setAgent}
          placeholder={t("All agents")}
          choices={[{ value: "", label: t("All agents") }, ...agents]}
        />
        {may("admin") && (
          <Select
            className="w-44"
            aria-label={t("Key")}
            value={key}
            onChange={setKey}
            placeholder={t("All keys")}
            choices={keys.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
        <Export query={query} by={by} />
      </div>
      {unknown ? (
        <Card>
          <ErrorState
            title={t("The usage could not be loaded")}
            error={perDay.error}
            onRetry={() => void perDay.refetch()}
          />
        </Card>
      ) : (
        <>
          <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
            <Stat
              label={t("Cost")}
              icon={<Coins />}
              loading={loading}
              value={cost(sums.cost)}
              hint={sums.unpriced ? t("some of it has no price") : t("of all that has a price")}
            />
            <Stat
              label={t("Calls")}
              icon={<Phone />}
              loading={loading}
              value={number(sums.amounts.calls ?? 0)}
              hint={duration(sums.amounts.call_seconds ?? 0)}
            />
            <Stat
              label={t("Speech")}
              icon={<AudioLines />}
              loading={loading}
              value={duration(sums.amounts.stt_seconds ?? 0)}
              hint={tn(
                "{count} character spoken",
                "{count} characters spoken",
                sums.amounts.tts_characters ?? 0,
                { count: compact(sums.amounts.tts_characters ?? 0) },
              )}
            />
            <Stat
              label={t("Tokens")}
              icon={<FileText />}
              loading={loading}
              value={compact(measured("tokens", sums))}
              hint={t("{count} written", { count: compact(sums.amounts.llm_completion_tokens ?? 0) })}
            />
          </div>
          <Card
            title={t("Day by day")}
            actions={
              <Segmented
                size="sm"
                label={t("Figure")}
                value={measure}
                onChange={setMeasure}
                choices={(["minutes", "calls", "cost", "tokens", "characters"] as const).map((one) => ({
                  value: one,
                  label: measureName(one),
                }))}
              />
            }
          >
            {loading ? (
              <Skeleton className="h-56" />
            ) : series.every((one) => one.values.every((value) => !value)) ? (
              <EmptyState
                icon={<ChartColumn />}
                title={t("Nothing of that in this span")}
                text={t("Call an agent, choose a longer span, or look at another figure.")}
                className="py-8"
              />
            ) : (
              <BarChart
                x={x}
                series={series}
                height={230}
                label={t("{what} by day", { what: measureName(measure) })}
                formatX={(at) => dayOf(at * 1000)}
                formatY={(value) => written(measure, value)}
              />
            )}
          </Card>
          <Card
            title={t("Who used it")}
            actions={
              <Segmented
                size="sm"
                label={t("Broken down by")}
                value={by}
                onChange={setBy}
                choices={[
                  { value: "agent", label: t("Agent") },
                  { value: "key", label: t("Key") },
                  { value: "engine", label: t("Engine") },
                  { value: "flow", label: t("Flow") },
                ]}
              />
            }
          >
            {broken.data ? (
              <Breakdown
                rows={broken.data.items}
                by={by}
                measure={measure}
                name={(id) => keys.find((one) => one.id === id)?.name ?? id}
              />
            ) : broken.error ? (
              <ErrorState inline error={broken.error} onRetry={() => void broken.refetch()} />
            ) : (
              <SkeletonList rows={4} className="p-0" />
            )}
          </Card>
        </>
      )}
    </div>
  );
}

function Breakdown({
  rows,
  by,
  measure,
  name,
}: {
  rows: readonly Row[];
  by: By;
  measure: Measure;
  name: (id: string) => string;
}) {
  const groups = grouped(rows, (row) => row[by]).filter(
    ([, sums]) => measured(measure, sums) > 0 || (sums.cost ?? 0) > 0,
  );
  if (groups.length === 0)
    return (
      <EmptyState
        icon={<ChartColumn />}
        title={t("Nothing of that in this span")}
        text={t("Call an agent, choose a longer span, or look at another figure.")}
      />
    );
  const most = Math.max(...groups.map(([, sums]) => measured(measure, sums)), 0);
  return (
    <ul className="divide-y divide-line">
      {groups.map(([key, sums]) => {
        const label = key ? (by === "key" ? name(key) : key) : nobody(by);
        const share = most > 0 ? measured(measure, sums) / most : 0;
        return (
          <li key={key} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <Avatar name={label} />
            <div className="min-w-0 flex-1 basis-48">
              <div className="flex items-baseline justify-between gap-3 text-sm">
                <span dir="auto" className="truncate font-medium">
                  {label}
                </span>
                <span className="figures shrink-0 text-muted">
                  {written(measure, measured(measure, sums))}
                </span>
              </div>
              <div className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-line" aria-hidden>
                <div
                  className="h-full rounded-full bg-linear-to-r from-primary to-gold"
                  style={{ width: `${Math.max(share * 100, share > 0 ? 1 : 0)}%` }}
                />
              </div>
              <p className="mt-1.5 flex flex-wrap gap-x-3 text-faint text-xs">
                {(Object.entries(sums.amounts) as [Kind, number][]).slice(0, 5).map(([kind, value]) => (
                  <span key={kind}>
                    {kindName(kind)}: {amount(kind, value)}
                  </span>
                ))}
              </p>
            </div>
            <span
              className={cn("figures w-24 text-end text-sm", sums.cost === null && "text-faint")}
              title={sums.cost === null ? t("no price is known") : undefined}
            >
              {cost(sums.cost)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What was used, and has none of what it is broken down by. */
function nobody(by: By): string {
  switch (by) {
    case "key":
      return t("The operator");
    case "agent":
      return t("Without an agent");
    case "engine":
      return t("Without an engine");
    case "flow":
      return t("Without a flow");
  }
}

function Export({
  query,
  by,
}: {
  query: { since: string; until: string; agent?: string; key?: string };
  by: By;
}) {
  const [busy, setBusy] = useState(false);
  async function save() {
    setBusy(true);
    try {
      const asked = new URLSearchParams({ format: "csv", since: query.since, until: query.until });
      for (const each of ["day", by]) asked.append("by", each);
      if (query.agent) asked.set("agent", query.agent);
      if (query.key) asked.set("key", query.key);
      const file = await (await fetched(`/api/usage?${asked}`)).blob();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `usage-${query.since}-${query.until}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      toast.error(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button className="ms-auto" icon={<Download />} loading={busy} onClick={save}>
      {t("Export CSV")}
    </Button>
  );
}

function measureName(measure: Measure): string {
  return {
    cost: t("Cost"),
    minutes: t("Call time"),
    calls: t("Calls"),
    tokens: t("Tokens"),
    characters: t("Characters"),
  }[measure];
}
