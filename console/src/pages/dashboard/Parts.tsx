import { Network } from "lucide-react";
import { Link } from "wouter";
import type { Schema } from "@/api";
import { number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Button, Card, EmptyState, ErrorState, SkeletonList, type Status, StatusDot } from "@/ui";
import { useEngines, useTrunks } from "./data";
import { standing } from "./standing";

/** The engines that are in use, and how each is. */
export function Engines() {
  const engines = useEngines();
  return (
    <Card
      flush
      title={t("Engines in use")}
      actions={
        <Button size="sm" variant="ghost" asChild>
          <Link href="/engines">{t("All engines")}</Link>
        </Button>
      }
    >
      {engines.isPending ? (
        <SkeletonList rows={4} />
      ) : engines.isLoadingError ? (
        <ErrorState error={engines.error} onRetry={() => void engines.refetch()} />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {engines.data.engines.map((one) => (
            <li key={`${one.kind} ${one.name}`} className="flex items-center gap-4 px-5 py-3 text-sm">
              <span className="w-10 shrink-0 font-medium text-faint text-xs uppercase">{one.kind}</span>
              <span dir="auto" className="min-w-0 flex-1 truncate text-fg">
                {one.name}
              </span>
              <StatusDot {...engineStatus(one)} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function engineStatus(engine: Schema["EngineShown"]): { status: Status; label: string } {
  const state = engine.state;
  if (state === null)
    return engine.ready ? { status: "ok", label: t("Ready") } : { status: "bad", label: t("Not ready") };
  switch (state.status) {
    case "ready":
      return {
        status: "ok",
        label:
          state.waiting > 0 ? tn("Ready, {count} waits", "Ready, {count} wait", state.waiting) : t("Ready"),
      };
    case "warming":
      return { status: "warn", label: t("Warming up") };
    case "unloaded":
      return { status: "idle", label: t("Unloaded until it is needed") };
    case "passed_over":
      return { status: "warn", label: t("Passed over") };
    case "failed":
      return { status: "bad", label: t("Failed") };
  }
}

/** The lines to the outside. */
export function Trunks() {
  const trunks = useTrunks();
  if (!trunks.isEnabled) return null;
  return (
    <Card
      flush
      title={t("Trunks")}
      actions={
        <Button size="sm" variant="ghost" asChild>
          <Link href="/trunks">{t("All trunks")}</Link>
        </Button>
      }
    >
      {trunks.isPending ? (
        <SkeletonList rows={3} />
      ) : trunks.isLoadingError ? (
        <ErrorState error={trunks.error} onRetry={() => void trunks.refetch()} />
      ) : trunks.data.length === 0 ? (
        <EmptyState
          icon={<Network />}
          title={t("No trunk yet")}
          text={t(
            "A trunk connects this server with the telephone network. Calls from browsers and phones of your own need none.",
          )}
          action={
            <Button asChild>
              <Link href="/trunks">{t("Add a trunk")}</Link>
            </Button>
          }
          className="py-8"
        />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {trunks.data.map((one) => {
            const stands = standing(one);
            return (
              <li key={one.name} className="flex items-center gap-4 px-5 py-3 text-sm">
                <span dir="auto" className="min-w-0 flex-1 truncate text-fg">
                  {one.name}
                </span>
                <span className="figures text-faint text-xs">
                  {one.max_calls
                    ? tn("{calls} of {count} call", "{calls} of {count} calls", one.max_calls, {
                        calls: number(stands.calls),
                      })
                    : tn("{count} call", "{count} calls", stands.calls)}
                </span>
                <StatusDot status={stands.status} label={stands.label} />
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
