import { useQuery } from "@tanstack/react-query";
import { fetched } from "@/api";
import { number, outOf, percent } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { type Sample, samplesOf } from "@/parts/metrics";
import { Badge, Card, Progress } from "@/ui";

const WANTED = ["voiceforge_engine_failovers", "voiceforge_gpu_memory_mb", "voiceforge_pool_requests"];

function useSamples() {
  return useQuery({
    queryKey: ["metrics", "engines"],
    queryFn: async ({ signal }) => samplesOf(await (await fetched("/metrics", { signal })).text(), WANTED),
    refetchInterval: 10_000,
  });
}

/** Pools of work, memory of GPUs, and how often calls had to go by another engine. */
export function Load() {
  const { data = [] } = useSamples();
  const pools = byLabel(data, "voiceforge_pool_requests", "pool");
  const gpus = byLabel(data, "voiceforge_gpu_memory_mb", "gpu");
  const failovers = data.filter(
    (one) =>
      one.name.startsWith("voiceforge_engine_failovers") && one.value > 0 && !one.name.endsWith("_created"),
  );
  return (
    <div className="mb-5 grid gap-4 lg:grid-cols-3">
      <Card title={t("Pools of work")} description={t("Requests that run now, of each pool.")}>
        {pools.length === 0 ? (
          <p className="text-muted text-sm">{t("Nothing has been asked for yet.")}</p>
        ) : (
          <ul className="space-y-3">
            {pools.map(([pool, samples]) => {
              const [inside, most] = [value(samples, /requests /), value(samples, /limit /)];
              return (
                <li key={pool}>
                  <div className="mb-1 flex justify-between gap-3 text-sm">
                    <span className="text-muted">{poolName(pool)}</span>
                    <span className="figures">{most ? outOf(inside, most) : number(inside)}</span>
                  </div>
                  <Progress
                    value={most ? inside / most : inside > 0 ? 1 : 0}
                    label={tn("{pool}: {count} runs", "{pool}: {count} run", inside, { pool })}
                  />
                </li>
              );
            })}
          </ul>
        )}
      </Card>
      <Card title={t("GPU memory")} description={t("What models hold of each.")}>
        {gpus.length === 0 ? (
          <p className="text-muted text-sm">
            {t("No GPU here: embedded engines and those of others do the work.")}
          </p>
        ) : (
          <ul className="space-y-3">
            {gpus.map(([gpu, samples]) => {
              const [held, total] = [value(samples, /held/), value(samples, /total/)];
              return (
                <li key={gpu}>
                  <div className="mb-1 flex justify-between gap-3 text-sm">
                    <span className="text-muted">{t("GPU {number}", { number: gpu })}</span>
                    <span className="figures">{outOf(held / 1024, total / 1024, 1)} GiB</span>
                  </div>
                  <Progress
                    value={total > 0 ? held / total : 0}
                    label={t("GPU {number}: {share} held", {
                      number: gpu,
                      share: percent(total > 0 ? held / total : 0),
                    })}
                  />
                </li>
              );
            })}
          </ul>
        )}
      </Card>
      <Card
        title={t("Failovers")}
        description={t("Calls that went on with the next engine, since the start.")}
      >
        {failovers.length === 0 ? (
          <p className="text-muted text-sm">{t("None: the first of each list did its work.")}</p>
        ) : (
          <ul className="space-y-2 text-sm">
            {failovers.map((one) => (
              <li key={JSON.stringify(one.labels)} className="flex items-center justify-between gap-3">
                <span className="truncate">
                  {one.labels.engine} <span className="text-faint">{one.labels.reason}</span>
                </span>
                <Badge tone="warn">{tn("{count} time", "{count} times", one.value)}</Badge>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

function byLabel(samples: readonly Sample[], name: string, label: string): [string, Sample[]][] {
  const groups = new Map<string, Sample[]>();
  for (const one of samples)
    if (one.name.startsWith(name)) {
      const key = one.labels[label] ?? "";
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
  return [...groups];
}

/** The sample whose name or labels say this. */
function value(samples: readonly Sample[], what: RegExp): number {
  const found = samples.find((one) => what.test(`${one.name} ${one.labels.what ?? ""}`));
  return found?.value ?? 0;
}

function poolName(pool: string): string {
  const names: Record<string, string> = {
    stt: t("Recognition"),
    tts: t("Speech"),
    llm: t("Language models"),
    "hf-tts": t("Speech by other hosts"),
    clone: t("Cloned voices"),
  };
  return names[pool] ?? pool;
}
