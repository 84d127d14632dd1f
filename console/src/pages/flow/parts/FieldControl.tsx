import { t } from "@/app/i18n";
import { Combobox, cn, Input, Select, TextArea } from "@/ui";
import { valueText } from "../words";

import type { FieldProps, Offers } from "./field";

/** One control for one value; Field hands it its id and what describes it. */
export function Control({
  field,
  value,
  onChange,
  offers,
  readOnly,
  schema: _,
  problems: __,
  path: ___,
  ...tied
}: FieldProps) {
  const text = typeof value === "string" ? value : "";
  const usual = field.usual === undefined || field.usual === null ? "" : String(field.usual);
  if (field.control === "choice") {
    const numbers = field.schema.type !== "string" && field.schema.type !== undefined;
    const now = value === undefined ? usual : String(value);
    return (
      <Select
        {...tied}
        value={now}
        disabled={readOnly}
        onChange={(chosen) => onChange(numbers ? Number(chosen) : chosen)}
        choices={field.values.map((one) => ({
          value: one,
          label: one === "" ? t("As usual") : valueText(one),
        }))}
      />
    );
  }
  if (field.control === "number")
    return (
      <Input
        {...tied}
        type="number"
        inputMode="decimal"
        className="figures"
        readOnly={readOnly}
        value={typeof value === "number" ? value : ""}
        placeholder={usual}
        min={field.least}
        max={field.most}
        step={field.whole ? 1 : "any"}
        onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value))}
      />
    );
  const offered = offersOf(field.name, offers);
  if (offered !== null)
    return (
      <Combobox
        {...tied}
        value={text}
        free
        disabled={readOnly}
        placeholder={usual || t("Choose or type…")}
        choices={
          text !== "" && !offered.some((one) => one.value === "") && !field.required
            ? [{ value: "", label: t("None") }, ...offered]
            : offered
        }
        onChange={(chosen) => onChange(chosen === "" ? undefined : chosen)}
      />
    );
  if (field.control === "text" || field.control === "expression")
    return (
      <TextArea
        {...tied}
        rows={field.control === "expression" ? 1 : 2}
        className={cn(
          "min-h-10",
          (field.control === "expression" || field.name === "jsgf") && "font-mono text-[0.8125rem]",
        )}
        readOnly={readOnly}
        value={text}
        placeholder={usual}
        dir="auto"
        onChange={(event) =>
          onChange(event.target.value === "" && !field.required ? undefined : event.target.value)
        }
      />
    );
  return (
    <Input
      {...tied}
      readOnly={readOnly}
      value={text}
      placeholder={usual}
      dir="auto"
      onChange={(event) =>
        onChange(event.target.value === "" && !field.required ? undefined : event.target.value)
      }
    />
  );
}

function offersOf(name: string, offers: Offers): { value: string; label: string; about?: string }[] | null {
  const plain = (names: readonly string[]) => names.map((one) => ({ value: one, label: one }));
  switch (name) {
    case "variable":
      return plain(offers.variables);
    case "agent":
      return plain(offers.agents);
    case "flow":
      return plain(offers.flows);
    case "trunk":
      return plain(offers.trunks);
    case "voice":
      return [...offers.voices];
    default:
      return null;
  }
}
