import { useEffect, useState } from "react";
import { clock } from "@/app/format";

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all clocks of the page. */
function useSeconds(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => setNow(Date.now());
    watchers.add(tick);
    timer ??= setInterval(() => {
      for (const watcher of watchers) watcher();
    }, 1000);
    return () => {
      watchers.delete(tick);
      if (watchers.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return now;
}

/** How long it is since then, as a clock that runs. */
export function Elapsed({ since }: { since: number }) {
  const now = useSeconds();
  return <span className="figures">{clock(Math.max(0, (now - since) / 1000))}</span>;
}
