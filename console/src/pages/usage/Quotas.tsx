import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { Link } from "wouter";
import { outOf, percent, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import { keysQuery } from "@/parts/data";
import { Notice } from "@/parts/Notice";
import { quotaName } from "@/parts/quota";
import { Badge, Button, Card, EmptyState, ErrorState, Progress, SkeletonList } from "@/ui";

/** What each key has used of its month. */
export function Quotas() {
  const { data, error, refetch } = useQuery({ ...keysQuery, refetchInterval: 30_000 });
  if (data === undefined)
    return (
      <Card>
        {error ? (
          <ErrorState
            title={t("The keys could not be loaded")}
            error={error}
            onRetry={() => void refetch()}
          />
        ) : (
          <SkeletonList rows={3} />
        )}
      </Card>
    );
  const limited = data.filter((one) => Object.keys(one.quota).length > 0);
  const active = data.filter((one) => one.active && one.revoked_at === null);
  return (
    <div className="space-y-4">
      {active.length === 0 && (
        <Notice
          title={t("No key is active: programs cannot ask this server")}
          action={
            <Button asChild size="sm" variant="primary">
              <Link href="/keys">{t("Make a key")}</Link>
            </Button>
          }
        />
      )}
      {limited.length === 0 ? (
        <Card>
          <EmptyState
            icon={<KeyRound />}
            title={t("No key has a quota")}
            text={t(
              "A quota ends what a key may use in a month: minutes of calls, tokens, characters, requests.",
            )}
            action={
              <Button asChild>
                <Link href="/keys">{t("Set one")}</Link>
              </Button>
            }
          />
        </Card>
      ) : (
        <ul className="grid gap-4 md:grid-cols-2">
          {limited.map((key) => (
            <li key={key.id} className="glass rounded-2xl p-5">
              <div className="mb-4 flex items-center gap-3">
                <Avatar name={key.name} />
                <div className="min-w-0 flex-1">
                  <p dir="auto" className="truncate font-display font-semibold">
                    {key.name}
                  </p>
                  <p className="text-faint text-xs">
                    {key.used_at ? t("used {when}", { when: relative(key.used_at) }) : t("never used")}
                  </p>
                </div>
                {!key.active && <Badge tone="warn">{t("switched off")}</Badge>}
              </div>
              <div className="space-y-3">
                {Object.entries(key.quota).map(([what, most]) => {
                  const used = key.used[what] ?? 0;
                  const share = most > 0 ? used / most : 1;
                  return (
                    <div key={what}>
                      <div className="mb-1 flex justify-between gap-3 text-sm">
                        <span className="text-muted">{quotaName(what)}</span>
                        <span className="figures">
                          {outOf(used, most)}{" "}
                          <span className={share >= 0.9 ? "text-bad" : "text-faint"}>({percent(share)})</span>
                        </span>
                      </div>
                      <Progress
                        value={share}
                        label={t("{what}: {share} used", { what: quotaName(what), share: percent(share) })}
                      />
                    </div>
                  );
                })}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
