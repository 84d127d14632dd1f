import { Lightbulb } from "lucide-react";
import type { Schema } from "@/api";
import { ms, number } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, Card, KeyValue } from "@/ui";

const GOOD_MOS = 4;
const FAIR_MOS = 3.6;

/** How the line was: packets of each leg, and how the agent heard its caller, with advice. */
export function Quality({ call }: { call: Schema["CallDetail"] }) {
  const hearing = call.hearing;
  if (!hearing && call.legs.length === 0) return null;
  return (
    <Card title={t("Quality of the line")}>
      {hearing && hearing.advice.length > 0 && (
        <ul className="mb-3 space-y-2">
          {hearing.advice.map((advice) => (
            <li key={advice} className="flex gap-2 rounded-xl bg-warn-soft px-3 py-2 text-fg text-sm">
              <Lightbulb className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
              {advice}
            </li>
          ))}
        </ul>
      )}
      {call.legs.map((leg) => (
        <Leg key={leg.id} leg={leg} />
      ))}
      {hearing && (
        <KeyValue
          items={[
            [t("Caller's voice over noise"), decibels(hearing.snr_db)],
            [t("Noise"), decibels(hearing.noise_db)],
            [
              t("Our voice came back"),
              hearing.echo_loss_db === null ? null : decibels(-hearing.echo_loss_db),
            ],
            [t("Clipped"), hearing.clipping_pct > 0 ? `${number(hearing.clipping_pct, 1)} %` : null],
            [t("Both spoke at once"), `${number(hearing.double_talk_pct, 1)} %`],
            [t("Tones"), hearing.tones.length > 0 ? hearing.tones.join(", ") : null],
            [t("Trouble"), hearing.troubles.length > 0 ? hearing.troubles.join(", ") : null],
          ]}
        />
      )}
    </Card>
  );
}

function Leg({ leg }: { leg: Schema["CallLegShown"] }) {
  const figure = (name: string) => {
    const value = leg.stats[name];
    return typeof value === "number" ? value : null;
  };
  const mos = figure("mos");
  const [jitter, trip, lost] = [figure("jitter_ms"), figure("rtt_ms"), figure("loss_pct")];
  return (
    <div className="mb-3">
      <p className="mb-1 flex flex-wrap items-center gap-2 text-sm">
        <span className="font-medium text-fg uppercase">{leg.kind}</span>
        <Badge>{leg.codec || t("no audio")}</Badge>
        {mos !== null && (
          <Badge tone={mos >= GOOD_MOS ? "ok" : mos >= FAIR_MOS ? "warn" : "bad"}>
            {t("MOS {score}", { score: number(mos, 2) })}
          </Badge>
        )}
      </p>
      <KeyValue
        items={[
          [t("Other side"), <bdi key="remote">{leg.remote}</bdi>],
          [t("Packets lost"), lost === null ? null : `${number(lost, 2)} %`],
          [t("Jitter"), jitter === null ? null : ms(jitter)],
          [t("Round trip"), trip === null ? null : ms(trip)],
        ]}
      />
    </div>
  );
}

function decibels(value: number | null): string | null {
  return value === null ? null : `${number(value)} dB`;
}
