import { ms } from "@/app/format";
import { t } from "@/app/i18n";
import { Field, Segmented, Select, Slider } from "@/ui";
import { type Patience, type Settings, USUAL } from "../settings";

export type Setter = (more: Partial<Settings>) => void;

/** Whose turn it is: by silence or by a button, and how patiently. */
export function TurnFields({ settings, set }: { settings: Settings; set: Setter }) {
  return (
    <>
      <div>
        <p className="mb-1.5 font-medium text-fg text-sm">{t("Turns")}</p>
        <Segmented
          label={t("Turns")}
          value={settings.turns}
          onChange={(turns) => set({ turns })}
          choices={[
            { value: "auto", label: t("Hands-free") },
            { value: "manual", label: t("Push to talk") },
          ]}
        />
        {settings.turns === "manual" && (
          <p className="mt-1.5 text-faint text-xs">
            {t("Hold the button or the space bar while you speak.")}
          </p>
        )}
      </div>
      <Field label={t("Sensitivity")} hint={t("How readily a sound of yours interrupts the agent.")}>
        <Select
          value={settings.sensitivity}
          onChange={(sensitivity) => set({ sensitivity: sensitivity as Settings["sensitivity"] })}
          choices={[
            { value: "", label: t("As the agent is") },
            { value: "low", label: t("Low: only words do") },
            { value: "medium", label: t("Medium") },
            { value: "high", label: t("High: at once") },
          ]}
        />
      </Field>
      <Field
        label={t("Pauses")}
        hint={t("How long you may be silent before the agent takes your turn for over.")}
      >
        <Select
          value={settings.patience}
          onChange={(patience) => set({ patience: patience as Patience })}
          choices={[
            { value: "agent", label: t("As the agent is") },
            { value: "quick", label: t("Quick") },
            { value: "balanced", label: t("Balanced") },
            { value: "patient", label: t("Patient") },
            { value: "own", label: t("My own…") },
          ]}
        />
      </Field>
      {settings.patience === "own" && <PauseFields settings={settings} set={set} />}
    </>
  );
}

function PauseFields({ settings, set }: { settings: Settings; set: Setter }) {
  const pauses = [
    { id: "whole_ms", label: t("After what is whole"), most: 2_000 },
    { id: "open_ms", label: t("After what may get more words"), most: 3_000 },
    { id: "hanging_ms", label: t("After what hangs in the air (“and…”)"), most: 5_000 },
  ];
  return (
    <div className="space-y-3 border-line border-s-2 ps-4">
      {pauses.map(({ id, label, most }) => {
        const value = settings.pauses[id] ?? USUAL.pauses[id] ?? 300;
        return (
          <Field key={id} label={label} aside={ms(value)}>
            <Slider
              value={value}
              min={40}
              max={most}
              step={20}
              words={ms(value)}
              onChange={(now) => set({ pauses: { ...settings.pauses, [id]: now } })}
            />
          </Field>
        );
      })}
    </div>
  );
}
