// Charts over uPlot, which is loaded when the first one is drawn.
import { lazy, Suspense } from "react";
import { t } from "@/app/i18n";
import { Skeleton } from "./States";

const Plot = lazy(() => import("./charts/Plot"));

export interface Series {
  label: string;
  /** As many as `x`; null is a gap. */
  values: readonly (number | null)[];
  /** A theme's variable ("--ok"); else the next of ours. */
  colour?: `--${string}`;
}

export interface ChartProps {
  /** Rising; for times seconds since 1970. */
  x: readonly number[];
  series: readonly Series[];
  height?: number;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  /** What it shows, in words: read out. */
  label: string;
  /** No axes. */
  bare?: boolean;
  /** The names of the series above it. */
  legend?: boolean;
}

/** Values over something that runs on. Keep `x` and `series` stable between draws (useMemo). */
export function LineChart(props: ChartProps) {
  return <Chart {...props} kind="line" />;
}

/** Amounts of days or kinds. */
export function BarChart(props: ChartProps) {
  return <Chart {...props} kind="bar" />;
}

/** A line without axes: how something went. */
export function Sparkline({
  values,
  label,
  height = 36,
  colour,
}: {
  values: readonly (number | null)[];
  label: string;
  height?: number;
  colour?: `--${string}`;
}) {
  return (
    <Chart
      kind="line"
      bare
      label={label}
      height={height}
      x={values.map((_, index) => index)}
      series={[{ label, values, colour }]}
    />
  );
}

const COLOURS = ["bg-gold-text", "bg-link", "bg-ok", "bg-info", "bg-bad", "bg-warn"];

function Chart({ kind, legend, ...props }: ChartProps & { kind: "line" | "bar" }) {
  return (
    <figure className="min-w-0">
      {legend && (
        <figcaption className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
          {props.series.map((one, index) => (
            <span key={one.label} className="inline-flex items-center gap-1.5">
              <span
                className={
                  one.colour
                    ? "size-2 rounded-full"
                    : `size-2 rounded-full ${COLOURS[index % COLOURS.length]}`
                }
                style={one.colour ? { background: `var(${one.colour})` } : undefined}
                aria-hidden
              />
              {one.label}
            </span>
          ))}
        </figcaption>
      )}
      <div dir="ltr" style={{ height: props.height ?? 220 }}>
        {props.x.length === 0 ? (
          <p className="grid h-full place-items-center text-faint text-sm">
            {t("Nothing in this span of time yet.")}
          </p>
        ) : (
          <Suspense fallback={<Skeleton className="h-full" />}>
            <Plot {...props} kind={kind} />
          </Suspense>
        )}
      </div>
    </figure>
  );
}
