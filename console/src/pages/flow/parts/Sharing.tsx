import { useMutation, useQuery } from "@tanstack/react-query";
import { Split } from "lucide-react";
import { useState } from "react";
import { api, ok, queries, type Schema } from "@/api";
import { percent as asPercent, duration, number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Badge, Button, ErrorState, Field, Select, Slider } from "@/ui";

interface SharingProps {
  flow: Schema["FlowShown"];
  /** Those that can be run, the newest first. */
  versions: readonly number[];
  readOnly: boolean;
}

/** A second version for some of the calls, and how both fare: what is new is tried on few. */
export function Sharing({ flow, versions, readOnly }: SharingProps) {
  const { name, published, split_version: second } = flow;
  const [version, setVersion] = useState<number | null>(null);
  const [share, setShare] = useState(10);
  const fared = useQuery({
    queryKey: ["flows", "one", name, "split", published, second],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/flows/{name}/split", { params: { path: { name }, query: {} }, signal })),
    enabled: second !== null,
    refetchInterval: 30_000,
  });
  const again = () => queries.invalidateQueries({ queryKey: ["flows"] });
  const begin = useMutation({
    mutationFn: (body: Schema["FlowSplit"]) =>
      ok(api.PUT("/api/flows/{name}/split", { params: { path: { name } }, body })),
    onSuccess: again,
  });
  const end = useMutation({
    mutationFn: () => ok(api.DELETE("/api/flows/{name}/split", { params: { path: { name } } })),
    onSuccess: again,
  });
  const others = versions.filter((one) => one !== published);
  if (published === null || (second === null && (readOnly || others.length === 0))) return null;
  const chosen = version ?? others[0] ?? published;
  const error = begin.error ?? end.error;
  return (
    <section aria-label={t("Shared calls")} className="mb-5 rounded-xl border border-line bg-hover p-3.5">
      <h3 className="flex items-center gap-2 font-medium text-fg text-sm">
        <Split className="size-4 text-gold-text" aria-hidden />
        {second === null ? t("Try a version on some calls") : t("Two versions share the calls")}
      </h3>
      {second === null ? (
        <div className="mt-3 space-y-3">
          <Field label={t("Version")}>
            <Select
              value={String(chosen)}
              onChange={(text) => setVersion(Number(text))}
              choices={others.map((one) => ({
                value: String(one),
                label: t("Version {number}", { number: one }),
              }))}
            />
          </Field>
          <Field label={t("Of new calls")} aside={asPercent(share / 100)}>
            <Slider
              aria-label={t("Of new calls")}
              value={share}
              onChange={setShare}
              min={1}
              max={99}
              step={1}
            />
          </Field>
          <Button
            size="sm"
            icon={<Split />}
            loading={begin.isPending}
            onClick={() => begin.mutate({ version: chosen, percent: share })}
          >
            {t("Share the calls")}
          </Button>
        </div>
      ) : (
        <>
          <ul className="mt-3 space-y-2">
            {(fared.data?.versions ?? []).map((one) => (
              <Fared key={one.version} fared={one} />
            ))}
          </ul>
          {fared.isError && <ErrorState inline error={fared.error} />}
          {!readOnly && (
            <Button size="sm" className="mt-3" loading={end.isPending} onClick={() => end.mutate()}>
              {t("All calls get version {number} again", { number: published })}
            </Button>
          )}
        </>
      )}
      {error !== null && <ErrorState inline error={error} />}
    </section>
  );
}

/** What the calls of one of them came to. */
function Fared({ fared }: { fared: Schema["VersionFared"] }) {
  const outcomes = Object.entries(fared.outcomes).sort(([, one], [, other]) => other - one);
  return (
    <li className="rounded-lg border border-line bg-sunken px-3 py-2 text-sm">
      <span className="flex flex-wrap items-center gap-2">
        <span className="figures font-medium text-fg">
          {t("Version {number}", { number: fared.version })}
        </span>
        <Badge tone="gold">{asPercent(fared.percent / 100)}</Badge>
        <span className="figures ms-auto text-faint text-xs">
          {tn("{count} call", "{count} calls", fared.calls)}
          {fared.live > 0 && ` · ${t("{count} live", { count: fared.live })}`}
        </span>
      </span>
      {fared.calls > 0 && (
        <span className="mt-1.5 flex flex-wrap gap-1.5">
          {outcomes.map(([status, count]) => (
            <Badge key={status} tone="primary">
              {status} · {asPercent(count / fared.calls)}
            </Badge>
          ))}
          {fared.none > 0 && (
            <Badge>
              {t("no outcome")} · {asPercent(fared.none / fared.calls)}
            </Badge>
          )}
          <span className="figures text-faint text-xs">
            {t("{turns} turns, {time}", {
              turns: number(fared.turns, 1),
              time: duration(fared.seconds ?? 0),
            })}
          </span>
        </span>
      )}
    </li>
  );
}
