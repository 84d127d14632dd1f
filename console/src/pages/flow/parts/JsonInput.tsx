import { t } from "@/app/i18n";
import { Input } from "@/ui";
import type { Json } from "../model/document";

interface JsonInputProps {
  label: string;
  value: Json | undefined;
  onChange: (value: Json) => void;
  readOnly?: boolean;
  id?: string;
}

/** Any value of JSON in one line. */
export function JsonInput({ label, value, onChange, readOnly, ...tied }: JsonInputProps) {
  const shown =
    value === undefined || value === null
      ? ""
      : typeof value === "string"
        ? quoted(value)
        : JSON.stringify(value);
  return (
    <Input
      {...tied}
      aria-label={label}
      className="font-mono text-[0.8125rem]"
      readOnly={readOnly}
      placeholder={t("not known")}
      value={shown}
      onChange={(event) => onChange(parsed(event.target.value))}
    />
  );
}

/** A text that could be taken for something else stands in quotes. */
function quoted(text: string): string {
  return text === "" || typeof parsed(text) !== "string" ? JSON.stringify(text) : text;
}

function parsed(text: string): Json {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
