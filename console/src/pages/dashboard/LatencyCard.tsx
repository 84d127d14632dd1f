import { Timer } from "lucide-react";
import { useMemo } from "react";
import type { Schema } from "@/api";
import { day, ms, number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Card, cn, EmptyState, ErrorState, LineChart, type Series, Skeleton } from "@/ui";
import { daysOf, type Span, useLatency } from "./data";

type Row = Schema["LatencyRow"];
const PARTS = ["endpoint", "stt", "llm_first_token", "tts_first_audio", "transport"] as const;
const FILLS = ["bg-gold-text", "bg-link", "bg-info", "bg-ok", "bg-faint"];

function partName(part: (typeof PARTS)[number]): string {
  switch (part) {
    case "endpoint":
      return t("End of speech");
    case "stt":
      return t("Recognition");
    case "llm_first_token":
      return t("Thinking");
    case "tts_first_audio":
      return t("Voice");
    case "transport":
      return t("Transport");
  }
}

/** Voice to voice: how long a caller waits for the answer, and of what that is made. */
export function LatencyCard({ span }: { span: Span }) {
  const whole = useLatency(span, false);
  const byDay = useLatency(span, true);
  const row = whole.data?.items[0];
  const title = t("Voice to voice");
  if (whole.isPending) return <Skeleton className="h-96 rounded-2xl" />;
  return (
    <Card title={title} description={t("From the caller's last sound to our first.")}>
      {whole.isLoadingError ? (
        <ErrorState inline error={whole.error} onRetry={() => void whole.refetch()} />
      ) : row === undefined || row.turns === 0 ? (
        <EmptyState
          icon={<Timer />}
          title={t("No turns in this span yet")}
          text={t("As soon as a caller speaks and is answered, the time between stands here.")}
          className="py-8"
        />
      ) : (
        <>
          <dl className="mb-5 grid grid-cols-3 gap-3">
            {(["p50", "p95", "p99"] as const).map((rank) => (
              <div key={rank} className="rounded-xl bg-sunken px-3 py-2.5">
                <dt className="text-faint text-xs">{rank}</dt>
                <dd
                  className={cn(
                    "figures font-display font-semibold text-xl",
                    rank === "p50" ? "text-gold-text" : "text-fg",
                  )}
                >
                  {ms(row[`voice_to_voice_${rank}`])}
                </dd>
              </div>
            ))}
          </dl>
          <Parts row={row} />
          {span !== "1" && byDay.data && <Days rows={byDay.data.items} span={span} />}
        </>
      )}
    </Card>
  );
}

function Parts({ row }: { row: Row }) {
  const parts = PARTS.map((part) => ({ part, value: row[`${part}_p50`] ?? 0 }));
  const sum = parts.reduce((total, one) => total + one.value, 0);
  if (sum === 0) return null;
  return (
    <figure>
      <figcaption className="mb-2 text-faint text-xs">
        {tn("Medians of the parts, over {count} turn", "Medians of the parts, over {count} turns", row.turns)}
      </figcaption>
      <div className="flex h-3 gap-0.5 overflow-hidden rounded-full" aria-hidden>
        {parts.map((one, index) => (
          <span key={one.part} className={FILLS[index]} style={{ width: `${(one.value / sum) * 100}%` }} />
        ))}
      </div>
      <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1.5 text-sm">
        {parts.map((one, index) => (
          <li key={one.part} className="flex items-center gap-2">
            <span className={cn("size-2 rounded-full", FILLS[index])} aria-hidden />
            <span className="text-muted">{partName(one.part)}</span>
            <span className="figures text-fg">{ms(one.value)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Days({ rows, span }: { rows: readonly Row[]; span: Span }) {
  const days = daysOf(span, Date.now());
  const key = days.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the days
  const [x, series] = useMemo((): [number[], Series[]] => {
    const of = new Map(rows.map((row) => [row.day, row]));
    const values = (rank: "p50" | "p95") =>
      days.map((one) => of.get(one)?.[`voice_to_voice_${rank}`] ?? null);
    return [
      days.map((one) => Date.parse(one) / 1000),
      [
        { label: t("Median"), values: values("p50") },
        { label: t("p95"), values: values("p95") },
      ],
    ];
  }, [rows, key]);
  return (
    <div className="mt-6">
      <LineChart
        label={t("Voice to voice by day")}
        height={140}
        legend
        x={x}
        series={series}
        formatX={(value) => day(value * 1000)}
        formatY={(value) => (value < 1000 ? number(value) : ms(value))}
      />
    </div>
  );
}
