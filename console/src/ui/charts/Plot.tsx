// uPlot in our look. Loaded lazily by ../Charts.tsx: nobody imports this file directly.
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useTheme } from "@/app/theme";
import type { ChartProps, Series } from "../Charts";

const COLOURS = ["--gold-text", "--link", "--ok", "--info", "--bad", "--warn"] as const;

export default function Plot({
  x,
  series,
  kind,
  height = 220,
  formatX,
  formatY,
  bare,
  label,
}: ChartProps & { kind: "line" | "bar" }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  // What the plot is made of; values alone are handed to the one that stands.
  const shape = JSON.stringify([kind, height, bare, theme, series.map((one) => [one.label, one.colour])]);
  const formats = useRef({ formatX, formatY });
  formats.current = { formatX, formatY };
  const made = useRef({ x, series });
  made.current = { x, series };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for all that it is made of
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const options = optionsFor(made.current.series, kind, height, bare ?? false, box.clientWidth, formats);
    plot.current = new uPlot(options, dataOf(made.current.x, made.current.series), box);
    const watcher = new ResizeObserver(() => plot.current?.setSize({ width: box.clientWidth, height }));
    watcher.observe(box);
    return () => {
      watcher.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(dataOf(x, series)), [x, series]);

  return <div ref={place} role="img" aria-label={label} className="vf-plot w-full" style={{ height }} />;
}

function dataOf(x: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [[...x], ...series.map((one) => [...one.values])];
}

type Formats = { current: Pick<ChartProps, "formatX" | "formatY"> };

function optionsFor(
  series: readonly Series[],
  kind: "line" | "bar",
  height: number,
  bare: boolean,
  width: number,
  formats: Formats,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const said = (which: "formatX" | "formatY") => (_: uPlot, all: number[]) =>
    all.map((value) => formats.current[which]?.(value) ?? String(value));
  const axis: uPlot.Axis = {
    stroke: token("--faint"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
    font: "11px 'Inter Variable', sans-serif",
    gap: 6,
  };
  return {
    width: Math.max(50, width),
    height,
    padding: bare ? [2, 0, 2, 0] : [10, 22, 0, 0],
    legend: { show: false },
    cursor: { show: !bare, y: false, points: { size: 7 } },
    scales: {
      x: {
        time: false,
        range: (u, low, high) => (kind === "bar" ? besides(u.data[0], low, high) : [low, high]),
      },
      y: { range: (_u, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.08 : 1] },
    },
    axes: bare
      ? [{ show: false }, { show: false }]
      : [
          { ...axis, grid: { show: false }, values: said("formatX"), splits: spread, size: 28 },
          { ...axis, values: said("formatY"), size: 56 },
        ],
    series: [
      {},
      ...series.map((one, index): uPlot.Series => {
        const colour = token(one.colour ?? COLOURS[index % COLOURS.length] ?? "--link");
        const bars =
          kind === "bar" ? uPlot.paths.bars?.({ size: [0.62, 36], radius: 0.25 }) : uPlot.paths.spline?.();
        return {
          label: one.label,
          stroke: colour,
          width: kind === "bar" ? 0 : bare ? 1.5 : 2,
          fill: kind === "bar" ? colour : series.length === 1 ? faded(colour) : undefined,
          paths: bars,
          points: { show: false },
          spanGaps: false,
        };
      }),
    ],
  };
}

/** Half a step besides the first and last bar, which would be cut off else. */
function besides(x: uPlot.AlignedData[0], low: number, high: number): [number, number] {
  const [first = low, second = first + 1] = x;
  const half = (second - first) / 2;
  return [low - half, high + half];
}

const LABEL_PX = 64;

/** As many of the values themselves as have room for their labels, evenly. */
function spread(plot: uPlot): number[] {
  const x = plot.data[0];
  const room = Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / LABEL_PX));
  const step = Math.max(1, Math.ceil(x.length / room));
  return Array.from(x).filter((_, index) => (x.length - 1 - index) % step === 0);
}

/** A colour that goes out towards the foot of the chart. */
function faded(colour: string) {
  return (plot: uPlot) => {
    const { top, height } = plot.bbox;
    const gradient = plot.ctx.createLinearGradient(0, top, 0, top + Math.max(1, height));
    gradient.addColorStop(0, colour.replace(/\)$/, " / 0.35)"));
    gradient.addColorStop(1, colour.replace(/\)$/, " / 0)"));
    return gradient;
  };
}
