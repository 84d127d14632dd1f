import { number, percent } from "@/app/format";
import { t } from "@/app/i18n";
import { Card, Progress } from "@/ui";
import { type Span, useOutcomes } from "./data";

const MOST_SHOWN = 6;

/** What the calls of flows came to, the most frequent first; nothing where there were none. */
export function Outcomes({ span }: { span: Span }) {
  const outcomes = useOutcomes(span);
  const rows = [...(outcomes.data?.items ?? [])].sort((one, other) => other.calls - one.calls);
  const all = rows.reduce((sum, row) => sum + row.calls, 0);
  if (all === 0) return null;
  return (
    <Card title={t("What calls came to")} description={t("In the words of their flows.")}>
      <ul className="space-y-3">
        {rows.slice(0, MOST_SHOWN).map((row) => (
          <li key={row.outcome}>
            <span className="mb-1 flex items-baseline justify-between gap-3 text-sm">
              <span className="truncate text-fg">{row.outcome}</span>
              <span className="figures shrink-0 text-muted">
                {number(row.calls)} · {percent(row.calls / all)}
              </span>
            </span>
            <Progress value={row.calls / all} label={row.outcome} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
