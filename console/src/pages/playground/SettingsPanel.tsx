// Whom to talk to, and how. What may change in mid-conversation does; the rest counts from the next one.
import { GitCompareArrows, Trash2 } from "lucide-react";
import type { Mode } from "@/api/gateway";
import { t } from "@/app/i18n";
import { Button, Field, IconButton, Segmented, Select, TextArea } from "@/ui";
import { AboutField } from "./fields/AboutField";
import { Group } from "./fields/Group";
import { HearingFields } from "./fields/HearingFields";
import { LanguageField } from "./fields/LanguageField";
import { SideFields } from "./fields/SideFields";
import { TurnFields } from "./fields/TurnFields";
import { type Settings, USUAL } from "./settings";

export interface SettingsPanelProps {
  settings: Settings;
  onChange: (settings: Settings) => void;
  /** A conversation goes on: what needs a new one waits for that. */
  busy: boolean;
}

export function SettingsPanel({ settings, onChange, busy }: SettingsPanelProps) {
  const set = (more: Partial<Settings>) => onChange({ ...settings, ...more });
  const spoken = settings.mode !== "text";
  return (
    <div className="space-y-6">
      {busy && (
        <p className="rounded-lg bg-info-soft px-3 py-2 text-info text-xs leading-relaxed">
          {t("Turns, sensitivity and pauses change at once; all else from the next conversation on.")}
        </p>
      )}
      <Group title={settings.b === null ? t("Whom you talk to") : t("Agent A")}>
        <SideFields side={settings.a} onChange={(a) => set({ a })} spoken={spoken} />
      </Group>
      {settings.b === null ? (
        <Button
          size="sm"
          variant="ghost"
          className="-mt-2"
          icon={<GitCompareArrows />}
          onClick={() => set({ b: { ...settings.a } })}
          disabled={busy}
        >
          {t("Compare with a second agent")}
        </Button>
      ) : (
        <Group
          title={t("Agent B")}
          actions={
            <IconButton
              label={t("Compare no more")}
              size="sm"
              disabled={busy}
              onClick={() => set({ b: null })}
            >
              <Trash2 />
            </IconButton>
          }
        >
          <SideFields side={settings.b} onChange={(b) => set({ b })} spoken={spoken} />
        </Group>
      )}
      <Group title={t("How")}>
        <div>
          <p className="mb-1.5 font-medium text-fg text-sm">{t("Mode")}</p>
          <Segmented<Mode>
            label={t("Mode")}
            value={settings.mode}
            onChange={(mode) => set({ mode })}
            choices={[
              { value: "hybrid", label: t("Hybrid") },
              { value: "voice", label: t("Voice") },
              { value: "text", label: t("Text") },
            ]}
          />
        </div>
        {spoken && <TurnFields settings={settings} set={set} />}
        <LanguageField value={settings.language} onChange={(language) => set({ language })} />
        <Field
          label={t("Style")}
          hint={t("How much a language model says at a time. A flow has its own words.")}
        >
          <Select
            value={settings.style}
            onChange={(style) => set({ style: style as Settings["style"] })}
            choices={[
              { value: "", label: t("As the agent is") },
              { value: "concise", label: t("Concise") },
              { value: "conversational", label: t("Conversational") },
              { value: "detailed", label: t("Detailed") },
            ]}
          />
        </Field>
      </Group>
      <Group title={t("What it knows")}>
        <Field
          label={t("System prompt")}
          hint={
            settings.a.partner === "prompt"
              ? t("Makes an agent for this conversation alone.")
              : t("Beside the prompt of an agent that thinks with a language model.")
          }
        >
          <TextArea
            rows={3}
            maxLength={20_000}
            value={settings.systemPrompt}
            onChange={(event) => set({ systemPrompt: event.target.value })}
            placeholder={t("You sell bicycles. Be brief…")}
          />
        </Field>
        <AboutField value={settings.about} onChange={(about) => set({ about })} />
      </Group>
      {spoken && <HearingFields settings={settings} set={set} busy={busy} />}
      <Button size="sm" variant="ghost" onClick={() => onChange(USUAL)} disabled={busy}>
        {t("All as it was at first")}
      </Button>
    </div>
  );
}
