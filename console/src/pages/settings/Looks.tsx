import { Monitor, Moon, Sun } from "lucide-react";
import { LANGUAGES, t } from "@/app/i18n";
import { chooseLanguage, useLocale } from "@/app/locale";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "@/app/theme";
import { Card, Field, RadioCards, Select, toast } from "@/ui";

/** What this browser alone remembers. */
export function Looks() {
  const choice = useThemeChoice();
  const locale = useLocale();
  return (
    <Card title={t("Look and language")} description={t("This browser remembers it; nobody else sees it.")}>
      <div className="space-y-5">
        <RadioCards
          label={t("Look")}
          value={choice}
          onChange={(chosen) => chooseTheme(chosen as ThemeChoice)}
          choices={[
            { value: "dark", label: t("Dark"), icon: <Moon />, about: t("Purple night, gold light.") },
            { value: "light", label: t("Light"), icon: <Sun />, about: t("For bright rooms.") },
            {
              value: "system",
              label: t("As the system"),
              icon: <Monitor />,
              about: t("Follows this machine's own choice."),
            },
          ]}
        />
        <Field label={t("Language")} className="max-w-xs">
          <Select
            value={locale}
            onChange={(code) => void chooseLanguage(code).catch(toast.error)}
            choices={LANGUAGES.map((one) => ({ value: one.code, label: one.name }))}
          />
        </Field>
      </div>
    </Card>
  );
}
