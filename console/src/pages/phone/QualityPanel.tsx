// The line in figures while one talks: what the browser measures, and how fast the agent answers.
import { ms, number, percent } from "@/app/format";
import { t } from "@/app/i18n";
import { grade } from "@/audio/quality";
import type { PhoneCall } from "@/phone/call";
import type { Captions } from "@/phone/captions";
import { Card, cn } from "@/ui";

const PATHS: Record<string, () => string> = {
  host: () => t("direct"),
  srflx: () => t("direct, through NAT"),
  prflx: () => t("direct, through NAT"),
  relay: () => t("by a TURN server"),
};

export function QualityPanel({ call, captions }: { call: PhoneCall; captions: Captions }) {
  const { quality } = call;
  const middle = median(captions.latencies);
  const path = PATHS[quality?.path ?? ""]?.() ?? "–";
  const items: [label: string, value: string, tone?: string][] = [
    [t("MOS"), number(quality?.mos, 1), quality ? TONES[grade(quality.mos)] : undefined],
    [t("Round trip"), ms(quality?.roundTripMs)],
    [t("Jitter"), ms(quality?.jitterMs)],
    [
      t("Loss"),
      quality ? percent(quality.lossPct / 100, 1) : "–",
      quality && quality.lossPct > 2 ? "text-bad" : undefined,
    ],
    [t("Buffer"), ms(quality?.bufferMs)],
    [t("Answers in"), ms(middle), "text-gold-text"],
  ];
  return (
    <Card
      title={t("Line")}
      description={
        quality ? t("{codec}, {path}", { codec: quality.codec, path }) : t("Measured while you talk.")
      }
    >
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-3">
        {items.map(([label, value, tone]) => (
          <div key={label} className="bg-raised px-3.5 py-3">
            <dt className="truncate text-faint text-xs">{label}</dt>
            <dd className={cn("figures mt-0.5 font-display font-semibold text-fg text-lg", tone)}>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

const TONES = { good: "text-ok", fair: "text-warn", bad: "text-bad" } as const;

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
