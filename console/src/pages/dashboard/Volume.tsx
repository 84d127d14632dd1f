import { PhoneCall } from "lucide-react";
import { useMemo } from "react";
import { Link } from "wouter";
import { day, number } from "@/app/format";
import { t } from "@/app/i18n";
import { BarChart, Button, Card, EmptyState, ErrorState, type Series, Skeleton } from "@/ui";
import { daysOf, type Span, useSummary } from "./data";

/** Calls of each day of the span. */
export function Volume({ span }: { span: Span }) {
  const summary = useSummary(span);
  const days = daysOf(span, Date.now());
  const key = days.join();
  const rows = summary.data?.items;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the days
  const [x, series] = useMemo((): [number[], Series[]] => {
    const of = new Map(rows?.map((row) => [row.day, row]));
    return [
      days.map((one) => Date.parse(one) / 1000),
      [{ label: t("Calls"), values: days.map((one) => of.get(one)?.calls ?? 0), colour: "--primary" }],
    ];
  }, [rows, key]);
  if (summary.isPending) return <Skeleton className="h-80 rounded-2xl" />;
  const none = rows?.every((row) => row.calls === 0) ?? true;
  return (
    <Card title={t("Calls by day")} description={t("Days begin at midnight UTC.")}>
      {summary.isLoadingError ? (
        <ErrorState inline error={summary.error} onRetry={() => void summary.refetch()} />
      ) : none ? (
        <EmptyState
          icon={<PhoneCall />}
          title={t("No calls in this span yet")}
          text={t(
            "Call the demo agent from the start page: it takes a minute, and the call stands here afterwards.",
          )}
          action={
            <Button variant="gold" asChild>
              <Link href="/">{t("To the start")}</Link>
            </Button>
          }
          className="py-8"
        />
      ) : (
        <BarChart
          label={t("Calls by day")}
          height={240}
          x={x}
          series={series}
          formatX={(value) => day(value * 1000)}
          formatY={(value) => (Number.isInteger(value) ? number(value) : "")}
        />
      )}
    </Card>
  );
}
