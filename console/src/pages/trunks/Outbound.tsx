import { useQuery } from "@tanstack/react-query";
import { api, ok } from "@/api";
import { outOf, percent } from "@/app/format";
import { t } from "@/app/i18n";
import { Notice } from "@/parts/Notice";
import { Card, Progress } from "@/ui";

/** What calls out have used of their limits. */
export function Outbound() {
  const { data } = useQuery({
    queryKey: ["outbound"],
    queryFn: ({ signal }) => ok(api.GET("/api/telephony/outbound", { signal })),
    refetchInterval: 15_000,
  });
  const limited = (data?.limits ?? []).filter((one) => Object.keys(one.limits).length > 0);
  if (!data || (limited.length === 0 && data.reached.length === 0)) return null;
  return (
    <Card
      title={t("Limits on calls out")}
      description={t("Past them calls are refused, so that a mistake cannot cost more.")}
      className="mt-5"
    >
      {data.reached.map((line) => (
        <Notice key={line} tone="bad" title={t("A limit is reached: calls are refused")} className="mb-3">
          {line}
        </Notice>
      ))}
      <ul className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {limited.flatMap((one) =>
          Object.entries(one.limits).map(([name, most]) => {
            const used = one.used[name] ?? 0;
            return (
              <li key={`${one.scope} ${name}`}>
                <div className="mb-1.5 flex justify-between gap-3 text-sm">
                  <span className="truncate text-muted">
                    {one.scope} · {name.replaceAll("_", " ")}
                  </span>
                  <span className="figures shrink-0">{outOf(used, most, 2)}</span>
                </div>
                <Progress
                  value={most > 0 ? used / most : 1}
                  label={t("{what}: {share} used", {
                    what: name,
                    share: percent(most > 0 ? used / most : 1),
                  })}
                />
              </li>
            );
          }),
        )}
      </ul>
    </Card>
  );
}
