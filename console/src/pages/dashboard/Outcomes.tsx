import { number, percent } from "@/app/format";
import { t } from "@/app/i18n";
import { Card, Progress } from "@/ui";
import { type Span, useOutcomes } from "./data";

const MOST_SHOWN = 6;

/** What the calls of flows came to, the most frequent first; nothing where there were none. */
export function Outcomes({ span }: { span: Span }) {
  const outcomes = useOutcomes(span);
  // Two flows may have the same word for what a call came to.
  const counts = new Map<string, number>();
  for (const { outcome, calls } of outcomes.data?.items ?? [])
    counts.set(outcome, (counts.get(outcome) ?? 0) + calls);
  const rows = [...counts].sort(([, one], [, other]) => other - one);
  const all = rows.reduce((sum, [, calls]) => sum + calls, 0);
  if (all === 0) return null;
  return (
    <Card title={t("What calls came to")} description={t("In the words of their flows.")}>
      <ul className="space-y-3">
        {rows.slice(0, MOST_SHOWN).map(([outcome, calls]) => (
          <li key={outcome}>
            <span className="mb-1 flex items-baseline justify-between gap-3 text-sm">
              <span className="truncate text-fg">{outcome}</span>
              <span className="figures shrink-0 text-muted">
                {number(calls)} · {percent(calls / all)}
              </span>
            </span>
            <Progress value={calls / all} label={outcome} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
