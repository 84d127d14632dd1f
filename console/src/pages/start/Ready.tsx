import { CircleAlert, CircleCheck, CircleX } from "lucide-react";
import { Link } from "wouter";
import { number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useHealth } from "@/parts/data";
import { Card, ErrorState, SkeletonList, Words } from "@/ui";

/** What is ready and what is not, each with how to mend it. */
export function Ready() {
  const health = useHealth();
  const parts = health.data?.components ?? [];
  const broken = parts.filter((part) => !part.ok);
  const needed = parts.filter((part) => part.required);
  const well = needed.filter((part) => part.ok).length;
  return (
    <Card
      flush
      title={t("What is ready")}
      description={
        health.data &&
        (health.data.ready
          ? t("All {count} parts that a call needs are ready.", { count: number(needed.length) })
          : t("{ready} of {all} parts that a call needs are ready.", {
              ready: number(well),
              all: number(needed.length),
            }))
      }
    >
      {health.isPending ? (
        <SkeletonList rows={5} />
      ) : health.isLoadingError ? (
        <ErrorState error={health.error} onRetry={() => void health.refetch()} />
      ) : (
        <>
          <ul className="grid gap-x-6 px-5 pb-4 sm:grid-cols-2">
            {needed.map((part) => (
              <li key={part.name} className="flex items-start gap-2.5 py-1.5 text-sm">
                {part.ok ? (
                  <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-label={t("Ready")} />
                ) : (
                  <CircleX className="mt-0.5 size-4 shrink-0 text-bad" aria-label={t("Not ready")} />
                )}
                <span className="min-w-0">
                  <span className="text-fg">{part.name}</span>
                  {part.ok && part.detail && <span className="ms-2 text-faint text-xs">{part.detail}</span>}
                </span>
              </li>
            ))}
          </ul>
          {broken.length > 0 && (
            <div className="border-line border-t px-5 py-4">
              <p className="mb-2 font-medium text-muted text-xs">
                {tn("{count} thing could be better", "{count} things could be better", broken.length)}
              </p>
              <ul className="space-y-2.5">
                {broken.slice(0, 4).map((part) => (
                  <li key={part.name + part.detail} className="flex items-start gap-2.5 text-sm">
                    <CircleAlert
                      className={
                        part.required ? "mt-0.5 size-4 shrink-0 text-bad" : "mt-0.5 size-4 shrink-0 text-warn"
                      }
                      aria-hidden
                    />
                    <span className="min-w-0 break-words text-muted leading-relaxed">
                      <span className="text-fg">{part.name}</span>
                      {part.detail && (
                        <>
                          : <Words text={part.detail} />
                        </>
                      )}
                      {part.mend && (
                        <>
                          {". "}
                          <Words text={part.mend.charAt(0).toUpperCase() + part.mend.slice(1)} />
                        </>
                      )}
                    </span>
                  </li>
                ))}
              </ul>
              {broken.length > 4 && (
                <p className="mt-2.5 text-faint text-xs">
                  <Link href="/dashboard" className="underline hover:text-fg">
                    {tn("{count} more on the dashboard", "{count} more on the dashboard", broken.length - 4)}
                  </Link>
                </p>
              )}
            </div>
          )}
        </>
      )}
    </Card>
  );
}
