import { Coins, Gauge, PhoneCall, Radio, Smile } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { compact, cost, ms, number, percent } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { keep, kept } from "@/app/kept";
import { useHealth } from "@/parts/data";
import { Page, Segmented, Sparkline, Stat, StatusDot } from "@/ui";
import { Attentions } from "./Attentions";
import { attentions } from "./attention";
import { Calls } from "./Calls";
import {
  daysOf,
  type Span,
  useCosts,
  useEngines,
  useFollowCalls,
  useKeyWarning,
  useLatency,
  useOutbound,
  useQuality,
  useSummary,
  useTrunks,
} from "./data";
import { LatencyCard } from "./LatencyCard";
import { Outcomes } from "./Outcomes";
import { Engines, Trunks } from "./Parts";
import { standing } from "./standing";
import { Understanding } from "./Understanding";
import { Volume } from "./Volume";

const SPANS: readonly Span[] = ["1", "7", "30"];

export default function DashboardPage() {
  const [span, setSpan] = useState<Span>(() => SPANS.find((one) => one === kept("dashboard.span")) ?? "7");
  useFollowCalls();
  return (
    <Page
      title={t("Dashboard")}
      description={t("How your lines are doing, right now and lately.")}
      actions={
        <Segmented
          label={t("Span of time")}
          value={span}
          onChange={(chosen) => {
            setSpan(chosen);
            keep("dashboard.span", chosen);
          }}
          choices={[
            { value: "1", label: t("Today") },
            { value: "7", label: t("7 days") },
            { value: "30", label: t("30 days") },
          ]}
        />
      }
    >
      <div className="space-y-5">
        <Figures span={span} />
        <NeedsAttention />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <div className="min-w-0 space-y-5">
            <Volume span={span} />
            <Outcomes span={span} />
            <Calls />
          </div>
          <div className="min-w-0 space-y-5">
            <LatencyCard span={span} />
            <Understanding span={span} />
            <Engines />
            <Trunks />
          </div>
        </div>
      </div>
    </Page>
  );
}

function Figures({ span }: { span: Span }) {
  const health = useHealth();
  const summary = useSummary(span);
  const week = useSummary("7");
  const latency = useLatency(span, false);
  const quality = useQuality(span);
  const costs = useCosts();
  const days = daysOf("7", Date.now());
  const byDay = new Map(week.data?.items.map((row) => [row.day, row.calls]));
  const rows = summary.data?.items ?? [];
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  const answered = rows.reduce((sum, row) => sum + row.answered, 0);
  const today = byDay.get(days.at(-1)) ?? 0;
  const before = byDay.get(days.at(-2)) ?? 0;
  const median = latency.data?.items[0];
  const lines = quality.data?.items[0];
  const unpriced = costs.data?.items.some((row) => row.unpriced > 0) ?? false;
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-5">
      <Stat
        label={t("Live calls")}
        icon={<Radio />}
        loading={health.isPending}
        value={
          <Link href="/live" className="rounded-lg hover:text-link">
            {number(health.data?.calls)}
          </Link>
        }
        hint={
          health.data && (
            <StatusDot
              className="text-xs"
              status={health.data.ready ? "live" : "bad"}
              label={health.data.ready ? t("Takes calls") : t("Takes no calls")}
            />
          )
        }
      />
      <Stat
        label={
          span === "1" ? t("Calls today") : tn("Calls in {count} day", "Calls in {count} days", Number(span))
        }
        icon={<PhoneCall />}
        loading={summary.isPending}
        value={compact(summary.data && calls)}
        change={
          before > 0
            ? { text: percent((today - before) / before), up: today >= before, good: today >= before }
            : undefined
        }
        hint={week.data && t("{today} today", { today: number(today) })}
      >
        {week.data && calls > 0 && (
          <Sparkline
            label={t("Calls of the last seven days")}
            height={28}
            colour="--link"
            values={days.map((one) => byDay.get(one) ?? 0)}
          />
        )}
      </Stat>
      <Stat
        label={t("Answered")}
        icon={<Smile />}
        loading={summary.isPending}
        value={calls > 0 ? percent(answered / calls) : "–"}
        hint={
          lines?.mos_p50 != null ? t("line quality: MOS {mos}", { mos: number(lines.mos_p50, 1) }) : undefined
        }
      />
      <Stat
        label={t("Voice to voice")}
        icon={<Gauge />}
        loading={latency.isPending}
        value={<span className="text-gold-text">{ms(median?.voice_to_voice_p50)}</span>}
        hint={
          median?.voice_to_voice_p95 != null
            ? t("median; p95 {p95}", { p95: ms(median.voice_to_voice_p95) })
            : latency.data && t("no turns yet")
        }
      />
      {costs.isEnabled && (
        <Stat
          label={t("Cost this month")}
          icon={<Coins />}
          loading={costs.isPending}
          value={cost(costs.data && (costs.data.cost ?? 0))}
          hint={
            costs.data === undefined ? undefined : unpriced ? (
              <Link href="/usage" className="underline">
                {t("some use has no price yet")}
              </Link>
            ) : (
              t("all that was used")
            )
          }
          className="col-span-2 lg:col-span-1"
        />
      )}
    </div>
  );
}

function NeedsAttention() {
  const health = useHealth();
  const engines = useEngines();
  const trunks = useTrunks();
  const keys = useKeyWarning();
  const outbound = useOutbound();
  const found = attentions({
    health: health.data,
    engines: engines.data?.engines,
    trunks: trunks.data?.map((one) => ({ ...one, ...standing(one) })),
    keys: keys.data,
    limitsReached: outbound.data?.reached,
  });
  // Nothing found is good news only where everything could be asked for.
  const asked = [health, engines, trunks, keys, outbound];
  const failed = asked.filter((one) => one.isLoadingError);
  return (
    <Attentions
      found={found}
      loading={asked.some((one) => one.isLoading)}
      error={failed[0]?.error}
      onRetry={() => {
        for (const one of failed) void one.refetch();
      }}
    />
  );
}
