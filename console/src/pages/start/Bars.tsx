import { useEffect, useRef } from "react";
import { cn } from "@/ui";

const COUNT = 48;

/** A voice as bars that run by: still while nobody speaks, dancing with `level` (0 to 1). Decoration: what is said stands beside it. */
export function Bars({ level, live, className }: { level: number; live: boolean; className?: string }) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(level);
  latest.current = level;
  useEffect(() => {
    if (!live) return;
    const heights = Array.from({ length: COUNT }, () => 0);
    const timer = setInterval(() => {
      heights.shift();
      heights.push(latest.current);
      place.current?.querySelectorAll<HTMLElement>("span").forEach((bar, index) => {
        bar.style.setProperty("--height", String(Math.max(0.06, heights[index] ?? 0)));
      });
    }, 60);
    return () => clearInterval(timer);
  }, [live]);
  return (
    <div ref={place} aria-hidden data-voice className={cn("flex h-20 items-center gap-[3px]", className)}>
      {Array.from({ length: COUNT }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: bars without an identity
          key={index}
          className={cn(
            "min-w-px flex-1 scale-y-(--height) rounded-full transition-transform duration-75",
            live
              ? "h-full bg-linear-to-b from-gold to-primary"
              : "h-full bg-linear-to-b from-gold/70 to-primary/50",
          )}
          style={{ "--height": resting(index) } as React.CSSProperties}
        />
      ))}
    </div>
  );
}

/** A resting voice: a few hills that look like speech. */
function resting(index: number): number {
  const x = (index / (COUNT - 1)) * Math.PI * 2;
  const hill = Math.abs(Math.sin(x * 1.5) * 0.55 + Math.sin(x * 3.7 + 1) * 0.3);
  const fade = Math.sin((index / (COUNT - 1)) * Math.PI);
  return Math.round(Math.max(0.07, hill * fade) * 100) / 100;
}
