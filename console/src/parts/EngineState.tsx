import { duration } from "@/app/format";
import { t } from "@/app/i18n";
import { type Status, StatusDot } from "@/ui";
import type { Engine } from "./data";

/** How an engine stands, in a dot and a word. */
export function engineState(one: Engine): { status: Status; label: string } {
  if (!one.ready) return { status: "bad", label: t("Missing") };
  const state = one.state;
  if (state === null) return { status: "idle", label: t("Ready, not used yet") };
  switch (state.status) {
    case "ready":
      return state.load > 0 ? { status: "live", label: t("Working") } : { status: "ok", label: t("Ready") };
    case "warming":
      return {
        status: "warn",
        label: state.ready_in_s
          ? t("Warming, about {time}", { time: duration(state.ready_in_s) })
          : t("Warming"),
      };
    case "unloaded":
      return { status: "idle", label: t("Made room") };
    case "passed_over":
      return { status: "warn", label: t("Passed over") };
    case "failed":
      return { status: "bad", label: t("Failed") };
  }
}

export function EngineDot({ engine, hideLabel }: { engine: Engine; hideLabel?: boolean }) {
  const { status, label } = engineState(engine);
  return <StatusDot status={status} label={label} hideLabel={hideLabel} />;
}
