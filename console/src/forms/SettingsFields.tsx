// Settings of which each may be left as usual: made from a list of what there is to set.
import { RotateCcw } from "lucide-react";
import { t } from "@/app/i18n";
import { type Choice, Field, IconButton, Input, Select, TextArea, Words } from "@/ui";
import { NumberInput, WordsInput } from "./fields";

export interface Setting {
  key: string;
  label: string;
  hint: string;
  kind: "number" | "yes" | "choice" | "text" | "area" | "words" | "secret";
  /** Of a number. */
  min?: number;
  max?: number;
  unit?: string;
  choices?: readonly Choice[];
  /** What counts where it is not set, for people. None: it has to be set, or nothing does. */
  usual?: string;
  required?: boolean;
}

export type Settings = Record<string, unknown>;

/** One field for each; an empty one is left out, so that the usual counts. */
export function SettingsFields({
  settings,
  value,
  onChange,
}: {
  settings: readonly Setting[];
  value: Settings;
  onChange: (value: Settings) => void;
}) {
  const set = (key: string, now: unknown) => onChange(withSetting(value, key, now));
  return (
    <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
      {settings.map((one) => (
        <Field
          key={one.key}
          label={one.label}
          hint={one.hint && <Words text={one.hint} />}
          className={one.kind === "area" ? "sm:col-span-2" : undefined}
          required={one.required}
          aside={
            one.usual === undefined ? undefined : value[one.key] === undefined ? (
              t("Usual: {value}", { value: one.usual })
            ) : (
              <IconButton
                size="sm"
                className="-my-1.5"
                label={t("Back to the usual: {value}", { value: one.usual })}
                onClick={() => set(one.key, undefined)}
              >
                <RotateCcw />
              </IconButton>
            )
          }
        >
          {control(one, value[one.key], (now) => set(one.key, now))}
        </Field>
      ))}
    </div>
  );
}

/** A setting changed, or left out where it is empty. */
export function withSetting(value: Settings, key: string, now: unknown): Settings {
  const { [key]: _, ...others } = value;
  const empty = now === undefined || now === null || now === "" || (Array.isArray(now) && now.length === 0);
  return empty ? others : { ...others, [key]: now };
}

function control(one: Setting, value: unknown, set: (value: unknown) => void) {
  switch (one.kind) {
    case "number":
      return (
        <NumberInput
          value={typeof value === "number" ? value : null}
          onChange={set}
          min={one.min}
          max={one.max}
          end={one.unit}
          placeholder={one.usual}
        />
      );
    case "yes":
      return (
        <Select
          value={value === undefined ? "" : String(value)}
          onChange={(now) => set(now === "" ? undefined : now === "true")}
          placeholder={one.usual && t("As usual ({value})", { value: one.usual })}
          choices={[
            { value: "true", label: t("Yes") },
            { value: "false", label: t("No") },
          ]}
        />
      );
    case "choice":
      return (
        <Select
          value={typeof value === "string" ? value : ""}
          onChange={set}
          placeholder={one.usual && t("As usual ({value})", { value: one.usual })}
          choices={one.choices ?? []}
        />
      );
    case "words":
      return (
        <WordsInput
          value={typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : []}
          onChange={set}
          placeholder={one.usual}
        />
      );
    case "area":
      return (
        <TextArea
          rows={2}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => set(event.target.value)}
        />
      );
    case "text":
    case "secret":
      return (
        <Input
          type={one.kind === "secret" ? "password" : undefined}
          value={typeof value === "string" ? value : ""}
          placeholder={one.usual}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => set(event.target.value)}
        />
      );
  }
}
