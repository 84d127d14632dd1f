// How a trunk stands, in words: its `status` is open in the API's document, so it is read with care.
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import type { Status } from "@/ui";

export interface Standing {
  standing: string;
  why: string;
  calls: number;
  status: Status;
  label: string;
}

type Trunk = Pick<Schema["TrunkStood"], "enabled" | "fault" | "status">;

export function standing({ enabled, fault, status }: Trunk): Standing {
  const said = typeof status?.standing === "string" ? status.standing : "";
  const why = typeof status?.why === "string" ? status.why : "";
  const calls = typeof status?.calls === "number" ? status.calls : 0;
  const whole = (state: Status, label: string): Standing => ({
    standing: said,
    why,
    calls,
    status: state,
    label,
  });
  if (fault) return whole("bad", t("Faulty"));
  if (enabled === false || said === "disabled") return whole("idle", t("Switched off"));
  switch (said) {
    case "up":
      return whole("ok", t("Up"));
    case "ill":
      return whole("warn", t("Fails most calls"));
    case "doubted":
      return whole("warn", t("In doubt"));
    case "resting":
      return whole("warn", t("Resting"));
    case "down":
      return whole("bad", t("Down"));
    default:
      return whole("idle", t("Not known yet"));
  }
}
