// Fifty bars of a voice, drawn on a canvas: they move many times a second, and nothing else on the page has to.
import { useEffect, useRef } from "react";
import { useTheme } from "@/app/theme";
import { BARS, type LevelRing } from "@/audio/pcm/levels";
import { cn } from "@/ui";

const LEAST = 0.05;

export interface WaveformProps {
  levels: LevelRing | undefined;
  /** A theme's variable. */
  colour: "--gold-text" | "--link";
  /** What it shows, read out. */
  label: string;
  /** It moves. */
  live: boolean;
  className?: string;
}

export function Waveform({ levels, colour, label, live, className }: WaveformProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const place = canvas.current;
    if (place === null) return;
    const tone = getComputedStyle(document.documentElement).getPropertyValue(colour).trim();
    let frame = 0;
    const draw = () => {
      paint(place, levels?.bars() ?? [], tone, live);
      if (live) frame = requestAnimationFrame(draw);
    };
    const watcher = new ResizeObserver(() => paint(place, levels?.bars() ?? [], tone, live));
    watcher.observe(place);
    draw();
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
    };
  }, [levels, colour, live, theme]);
  return <canvas ref={canvas} role="img" aria-label={label} className={cn("h-16 w-full", className)} />;
}

function paint(canvas: HTMLCanvasElement, bars: readonly number[], tone: string, live: boolean): void {
  const scale = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  context.clearRect(0, 0, width, height);
  context.fillStyle = tone;
  const step = width / BARS;
  const thick = Math.max(1, step * 0.56);
  for (let i = 0; i < BARS; i += 1) {
    const level = Math.max(LEAST, bars[i] ?? 0);
    const tall = Math.max(thick, level * height);
    context.globalAlpha = live ? 0.35 + 0.65 * Math.min(1, level * 1.4) : 0.32;
    context.beginPath();
    context.roundRect(i * step + (step - thick) / 2, (height - tall) / 2, thick, tall, thick / 2);
    context.fill();
  }
}
