import type { Schema } from "@/api";
import { clock, ms } from "@/app/format";
import { t } from "@/app/i18n";
import { Card, cn, Tooltip } from "@/ui";
import { parts, shares, whole } from "./parts";

/** How long each answer took and where the time went: a bar for each turn. */
export function Latency({
  lines,
  onSeek,
}: {
  lines: readonly Schema["CallLineShown"][];
  onSeek: ((seconds: number) => void) | null;
}) {
  const turns = lines.flatMap((line) => {
    const total = whole(line.latency);
    return total === null ? [] : [{ line, total }];
  });
  if (turns.length === 0) return null;
  const totals = turns.map((turn) => turn.total).sort((a, b) => a - b);
  const longest = totals.at(-1) ?? 0;
  const middle = totals[Math.floor((totals.length - 1) / 2)] ?? 0;
  return (
    <Card
      title={t("Time to answer")}
      description={t("Half of the answers within {half}, the slowest {longest}", {
        half: ms(middle),
        longest: ms(longest),
      })}
    >
      <ul className="mb-4 flex flex-wrap gap-x-4 gap-y-1.5 text-muted text-xs">
        {parts().map((part) => (
          <li key={part.id}>
            <Tooltip text={part.about}>
              <span className="inline-flex items-center gap-1.5">
                <span className={cn("size-2.5 rounded-sm", part.fill)} aria-hidden />
                {part.name}
              </span>
            </Tooltip>
          </li>
        ))}
      </ul>
      <ol className="space-y-2">
        {turns.map(({ line, total }) => (
          <li
            key={line.index}
            className="grid grid-cols-[3rem_minmax(0,1fr)_4rem] items-center gap-3 text-xs"
          >
            {onSeek ? (
              <button
                type="button"
                className="figures min-h-6 rounded text-start text-faint hover:text-link"
                onClick={() => onSeek(line.started_ms / 1000)}
                aria-label={t("Play from {time}", { time: clock(line.started_ms / 1000) })}
              >
                {clock(line.started_ms / 1000)}
              </button>
            ) : (
              <span className="figures text-faint">{clock(line.started_ms / 1000)}</span>
            )}
            <span className="flex h-4 overflow-hidden rounded-md bg-sunken">
              {shares(line.latency, longest).map((one) => (
                <span
                  key={one.part.id}
                  title={`${one.part.name}: ${ms(one.ms)}`}
                  className={cn("h-full", one.part.fill)}
                  style={{ width: `${one.share * 100}%` }}
                />
              ))}
            </span>
            <span className="figures text-end text-fg">{ms(total)}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
