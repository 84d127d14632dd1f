import { useQuery } from "@tanstack/react-query";
import { t } from "@/app/i18n";
import { trunkPresetsQuery } from "@/parts/data";
import { Field, Input, Select, Switch } from "@/ui";
import { type Chosen, chosen, fits } from "../presets";

const OTHER = "other";

/** A carrier that is known fills in most of a new trunk. */
export function PresetFields({
  choice,
  onChange,
}: {
  choice: Chosen | null;
  onChange: (choice: Chosen | null) => void;
}) {
  const { data: presets = [] } = useQuery(trunkPresetsQuery);
  if (presets.length === 0) return null;
  const change = (part: Partial<Chosen>) => choice && onChange({ ...choice, ...part });
  return (
    <div className="grid gap-5 border-line border-b pb-5 sm:grid-cols-2">
      <Field label={t("Carrier")} hint={t("A known one fills in its server, addresses and numbers.")}>
        <Select
          value={choice?.preset.name ?? OTHER}
          onChange={(name) => {
            const preset = presets.find((one) => one.name === name);
            onChange(preset ? chosen(preset) : null);
          }}
          choices={[
            { value: OTHER, label: t("Another one") },
            ...presets.map((one) => ({ value: one.name, label: one.title })),
          ]}
        />
      </Field>
      {choice && choice.preset.regions.length > 1 && (
        <Field label={t("Its place")}>
          <Select
            value={choice.region}
            onChange={(region) => change({ region })}
            choices={choice.preset.regions.map((one) => ({ value: one.name, label: one.words }))}
          />
        </Field>
      )}
      {choice?.preset.blanks.map((blank) => {
        const value = choice.blanks[blank.name] ?? "";
        return (
          <Field
            key={blank.name}
            label={blank.words}
            required
            error={
              value === "" || fits(blank, value)
                ? undefined
                : t("It is written like {example}.", { example: blank.example })
            }
          >
            <Input
              dir="ltr"
              value={value}
              placeholder={blank.example}
              onChange={(event) =>
                change({ blanks: { ...choice.blanks, [blank.name]: event.target.value.trim() } })
              }
            />
          </Field>
        );
      })}
      {choice && Object.keys(choice.preset.secure).length > 0 && (
        <Switch
          checked={choice.secure}
          onChange={(secure) => change({ secure })}
          label={t("Encrypted")}
          hint={t("Signalling by TLS, audio by SRTP.")}
          className="sm:col-span-2"
        />
      )}
      {choice && (
        <ol className="list-decimal space-y-1 ps-5 text-muted text-sm sm:col-span-2" dir="ltr">
          {choice.preset.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
    </div>
  );
}
