// Where the time of the answers went: the usual and the worst, one line a figure over the turns, and each turn.
import { Download } from "lucide-react";
import { useMemo, useState } from "react";
import type { Quality } from "@/api/gateway";
import { ms, number } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, Button, Card, DropdownMenu, LineChart, Segmented, type Series, Table, type Tone } from "@/ui";
import { type Figure, percentile, type Turn } from "./turns";

export interface MetricsProps {
  /** "A" and "B", or one. */
  sides: readonly { name: string; turns: readonly Turn[] }[];
  onExport: (kind: "csv" | "json") => void;
}

function figures(): readonly { id: Figure; label: string; colour: `--${string}` }[] {
  return [
    { id: "earToEar", label: t("Ear to ear"), colour: "--gold-text" },
    { id: "endToEnd", label: t("End to end"), colour: "--link" },
    { id: "stt", label: t("Recogniser (STT)"), colour: "--info" },
    { id: "agent", label: t("Agent"), colour: "--ok" },
    { id: "tts", label: t("Voice (TTS)"), colour: "--warn" },
  ];
}

export function Metrics({ sides, onExport }: MetricsProps) {
  const [chosen, setChosen] = useState("0");
  const index = Math.min(Number(chosen), sides.length - 1);
  const turns = sides[index]?.turns ?? [];
  const none = sides.every((side) => side.turns.length === 0);
  return (
    <Card
      title={t("Time of each answer")}
      description={t("From your last sound to the agent's first, and where it went.")}
      actions={
        <>
          {sides.length > 1 && (
            <Segmented
              size="sm"
              label={t("Whose answers")}
              value={chosen}
              onChange={setChosen}
              choices={sides.map((side, at) => ({ value: String(at), label: side.name }))}
            />
          )}
          <DropdownMenu
            trigger={
              <Button size="sm" icon={<Download />} disabled={none}>
                {t("Export")}
              </Button>
            }
            entries={[
              { label: t("Turns as CSV"), onSelect: () => onExport("csv") },
              { label: t("Everything as JSON"), onSelect: () => onExport("json") },
            ]}
          />
        </>
      }
    >
      <Tiles sides={sides} />
      {turns.length > 0 && (
        <>
          <Over turns={turns} />
          <Turns turns={turns} />
        </>
      )}
      {none && (
        <p className="rounded-xl border border-line border-dashed px-4 py-6 text-center text-muted text-sm">
          {t("Each answer of the agent's adds a point here.")}
        </p>
      )}
    </Card>
  );
}

function Tiles({ sides }: Pick<MetricsProps, "sides">) {
  return (
    <dl className="mb-5 grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-5">
      {figures().map(({ id, label }) => (
        <div key={id} className="bg-raised px-4 py-3 first:col-span-2 sm:first:col-span-1">
          <dt className="text-muted text-xs">{label}</dt>
          {sides.map((side) => (
            <dd key={side.name} className="mt-0.5">
              {sides.length > 1 && <span className="me-2 text-faint text-xs">{side.name}</span>}
              <span className="figures font-display font-semibold text-fg text-lg">
                {ms(percentile(side.turns, id, 0.5))}
              </span>
              <span className="figures block text-faint text-xs">
                {t("p95 {value}", { value: ms(percentile(side.turns, id, 0.95)) })}
              </span>
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

function Over({ turns }: { turns: readonly Turn[] }) {
  const x = useMemo(() => turns.map((turn) => turn.number), [turns]);
  const series = useMemo<Series[]>(
    () =>
      figures().map(({ id, label, colour }) => ({ label, colour, values: turns.map((turn) => turn[id]) })),
    [turns],
  );
  return (
    <LineChart
      x={x}
      series={series}
      legend
      height={200}
      formatX={(value) => (Number.isInteger(value) ? number(value) : "")}
      formatY={(value) => ms(value)}
      label={t("The time of each answer, by its parts, over the turns")}
    />
  );
}

function Turns({ turns }: { turns: readonly Turn[] }) {
  const rows = useMemo(() => [...turns].reverse(), [turns]);
  return (
    <Table<Turn>
      className="mt-4"
      label={t("Turns")}
      rows={rows}
      rowKey={(turn) => String(turn.number)}
      rowHeight={44}
      height={rows.length > 6 ? "20rem" : undefined}
      columns={[
        {
          id: "number",
          header: "#",
          width: "3rem",
          cell: (turn) => turn.number,
          sort: (turn) => turn.number,
        },
        {
          id: "said",
          header: t("You said"),
          width: "minmax(6rem,2fr)",
          cell: (turn) => <span className="truncate">{turn.said || t("(nothing)")}</span>,
        },
        column("stt", t("STT"), true),
        column("agent", t("Agent"), true),
        column("tts", t("TTS"), true),
        column("endToEnd", t("End to end")),
        column("earToEar", t("Ear to ear"), true),
        {
          id: "quality",
          header: t("Quality"),
          width: "6rem",
          wide: true,
          cell: (turn) => <QualityBadge quality={turn.quality} />,
        },
      ]}
    />
  );
}

function column(id: Figure, header: string, wide = false) {
  return {
    id,
    header,
    wide,
    width: "minmax(4.75rem,1fr)",
    align: "end" as const,
    cell: (turn: Turn) => <span className="figures">{ms(turn[id])}</span>,
    sort: (turn: Turn) => turn[id],
  };
}

export function QualityBadge({ quality }: { quality: Quality }) {
  const tones: Record<Quality, Tone> = { excellent: "ok", good: "ok", fair: "warn", poor: "bad" };
  return <Badge tone={tones[quality] ?? "neutral"}>{qualityText(quality)}</Badge>;
}

export function qualityText(quality: Quality): string {
  switch (quality) {
    case "excellent":
      return t("Excellent");
    case "good":
      return t("Good");
    case "fair":
      return t("Fair");
    case "poor":
      return t("Poor");
  }
}
