import { number, percent } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Card, ErrorState, Progress, SkeletonList } from "@/ui";
import { type Span, useUnderstanding } from "./data";

/** How well callers are understood, and how often they cut agents short. */
export function Understanding({ span }: { span: Span }) {
  const asked = useUnderstanding(span);
  if (asked.isPending)
    return (
      <Card title={t("Understanding")}>
        <SkeletonList rows={2} />
      </Card>
    );
  if (asked.isError)
    return (
      <Card title={t("Understanding")}>
        <ErrorState inline error={asked.error} onRetry={() => void asked.refetch()} />
      </Card>
    );
  const { heard, cut } = asked.data;
  if (heard === undefined || heard.lines === 0) return null;
  return (
    <Card
      title={t("Understanding")}
      description={t("Of what callers said, and of what agents said to them.")}
    >
      <ul className="space-y-4">
        <Share
          label={t("Understood")}
          share={heard.understood_rate}
          more={
            heard.confidence_p50 === null
              ? tn("{count} line of callers", "{count} lines of callers", heard.lines)
              : t("median confidence {sure}, of the least sure {least}", {
                  sure: percent(heard.confidence_p50),
                  least: percent(heard.confidence_p5),
                })
          }
        />
        {cut !== undefined && cut.lines > 0 && (
          <Share
            label={t("Agents interrupted")}
            share={cut.interrupted_rate}
            more={t("{taken} sounds took the floor, {dismissed} were let pass", {
              taken: number(cut.taken),
              dismissed: number(cut.dismissed),
            })}
          />
        )}
      </ul>
    </Card>
  );
}

function Share({ label, share, more }: { label: string; share: number | null; more: string }) {
  return (
    <li>
      <span className="mb-1.5 flex items-baseline justify-between gap-3">
        <span className="text-muted text-sm">{label}</span>
        <span className="figures font-display font-semibold text-fg">{percent(share)}</span>
      </span>
      <Progress value={share ?? 0} label={label} />
      <span className="mt-1.5 block text-faint text-xs">{more}</span>
    </li>
  );
}
