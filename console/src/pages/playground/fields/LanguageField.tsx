import { useMemo } from "react";
import { nameOf } from "@/app/format";
import { t } from "@/app/i18n";
import { Combobox, Field } from "@/ui";

const LANGUAGES = [
  "en",
  "en-GB",
  "de",
  "es",
  "fr",
  "it",
  "pt",
  "pt-BR",
  "nl",
  "pl",
  "hi",
  "ja",
  "zh",
  "ar",
  "tr",
  "uk",
];

export function LanguageField({ value, onChange }: { value: string; onChange: (language: string) => void }) {
  const choices = useMemo(() => {
    return [
      { value: "", label: t("As the agent is") },
      { value: "auto", label: t("As you speak"), about: t("Of nine languages, for agents that think") },
      ...LANGUAGES.map((code) => ({ value: code, label: nameOf("language", code), about: code })),
    ];
  }, []);
  return (
    <Field label={t("Language")}>
      <Combobox free value={value} onChange={onChange} choices={choices} />
    </Field>
  );
}
