import { useMutation } from "@tanstack/react-query";
import { Cpu, FlaskConical, KeyRound, Weight } from "lucide-react";
import type { ReactNode } from "react";
import { api, ok } from "@/api";
import { ms, number, outOf } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import type { Engine } from "@/parts/data";
import { EngineDot } from "@/parts/EngineState";
import { Lacks } from "@/parts/Lacks";
import { Badge, Button, cn, Progress, toast } from "@/ui";

const NEEDS: Record<string, ReactNode> = { weights: <Weight />, gpu: <Cpu />, key: <KeyRound /> };
const TRIED = ["stt", "tts", "llm"];

/** An engine: what it is, needs and lacks, and how it fares. */
export function EngineCard({ engine }: { engine: Engine }) {
  const { may } = useSession();
  const { state } = engine;
  const trial = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/engines/{kind}/{name}/test", {
          params: { path: { kind: engine.kind, name: engine.name } },
        }),
      ),
    onSuccess: (run) =>
      run.ok
        ? toast.ok(t("{name} works: {time}.", { name: engine.name, time: ms(run.took_ms) }))
        : toast.error(run.fault ?? t("{name} gave nothing.", { name: engine.name })),
    onError: toast.error,
  });
  const fault = state?.fault ?? state?.passed_over ?? "";
  return (
    <li className={cn("glass flex min-w-0 flex-col rounded-2xl p-5", !engine.ready && "opacity-95")}>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h3 className="break-words font-display font-semibold">{engine.name}</h3>
          <p className="mt-0.5 text-muted text-sm leading-relaxed">
            <bdi>{engine.summary}</bdi>
          </p>
        </div>
        <div className="shrink-0 pt-0.5">
          <EngineDot engine={engine} />
        </div>
      </div>
      {state?.status === "warming" && (
        <div className="mt-3">
          <p dir="auto" className="mb-1 truncate text-faint text-xs">
            {state.doing ?? t("It is being started.")}
          </p>
          <Progress label={t("{name} is warming", { name: engine.name })} />
        </div>
      )}
      {fault && <p className="mt-3 break-words rounded-lg bg-bad-soft px-3 py-2 text-bad text-xs">{fault}</p>}
      {engine.lacks && (
        <details className="group mt-3">
          <summary className="rounded text-link text-sm hover:underline">{t("What it lacks")}</summary>
          <div className="mt-2">
            <Lacks text={engine.lacks} />
          </div>
        </details>
      )}
      {state !== null && (
        <dl className="figures mt-3 grid grid-cols-3 gap-2 text-sm">
          <Figure label={t("Latency")} value={ms(state.latency_ms)} />
          <Figure
            label={t("Now")}
            value={
              state.waiting > 0
                ? t("{load} + {waiting} wait", { load: state.load, waiting: state.waiting })
                : number(state.load)
            }
          />
          <Figure
            label={state.workers > 0 ? t("Workers") : t("Restarts")}
            value={state.workers > 0 ? outOf(state.workers_ready, state.workers) : number(state.restarts)}
          />
        </dl>
      )}
      <div className="mt-auto flex flex-wrap items-center gap-1.5 pt-4">
        {engine.needs.map((need) => (
          <Badge key={need} tone={engine.ready ? "neutral" : "warn"} icon={NEEDS[need]}>
            {need === "weights"
              ? t("weights")
              : need === "gpu"
                ? t("GPU")
                : need === "key"
                  ? t("API key")
                  : need}
          </Badge>
        ))}
        {engine.needs.length === 0 && <Badge tone="ok">{t("works out of the box")}</Badge>}
        <Badge>{engine.licence}</Badge>
        {engine.gpu_mb > 0 && (
          <Badge>{t("{size} GiB of a GPU", { size: number(engine.gpu_mb / 1024, 1) })}</Badge>
        )}
        {state !== null && state.restarts > 0 && state.workers > 0 && (
          <Badge tone="warn">{tn("{count} restart", "{count} restarts", state.restarts)}</Badge>
        )}
      </div>
      <div className="mt-2 flex min-h-8 items-center gap-2">
        <p
          dir="auto"
          className="min-w-0 flex-1 truncate text-faint text-xs"
          title={engine.languages.join(", ")}
        >
          {engine.cost} · {engine.languages.includes("*") ? t("any language") : languages(engine.languages)}
        </p>
        {may("admin") && engine.ready && TRIED.includes(engine.kind) && (
          <Button
            size="sm"
            variant="ghost"
            icon={<FlaskConical />}
            loading={trial.isPending}
            onClick={() => trial.mutate()}
          >
            {t("Try it")}
          </Button>
        )}
      </div>
    </li>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div className="min-w-0 rounded-lg bg-sunken px-2.5 py-1.5">
      <dt className="truncate text-[0.6875rem] text-faint">{label}</dt>
      <dd className="truncate font-medium">{value}</dd>
    </div>
  );
}

function languages(tags: readonly string[]): string {
  return tags.length > 6 ? tn("{count} language", "{count} languages", tags.length) : tags.join(", ");
}
