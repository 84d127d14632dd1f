// Whom to talk to, and how. What may change in mid-conversation does; the rest counts from the next one.
import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows, Plus, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { Mode } from "@/api/gateway";
import { ms } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { agentsQuery, flowsQuery, voicesQuery } from "@/parts/data";
import {
  Badge,
  Button,
  Combobox,
  Field,
  IconButton,
  Segmented,
  Select,
  Slider,
  Switch,
  TextArea,
} from "@/ui";
import { aboutFault, type Partner, type Patience, type Settings, type Side, USUAL } from "./settings";

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
        <SideFields side={settings.a} settings={settings} onChange={(a) => set({ a })} spoken={spoken} />
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
          <SideFields side={settings.b} settings={settings} onChange={(b) => set({ b })} spoken={spoken} />
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

function Group({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <section className="space-y-4">
      <header className="flex min-h-8 items-center justify-between gap-2">
        <h3 className="font-medium text-faint text-xs uppercase tracking-wider">{title}</h3>
        {actions}
      </header>
      {children}
    </section>
  );
}

interface SideProps {
  side: Side;
  settings: Settings;
  onChange: (side: Side) => void;
  spoken: boolean;
}

function SideFields({ side, onChange, spoken }: SideProps) {
  const { may } = useSession();
  const agents = useQuery({ ...agentsQuery, enabled: may("agents:read") });
  const flows = useQuery({ ...flowsQuery, enabled: may("flows:read") && side.partner === "flow" });
  const voices = useQuery({ ...voicesQuery, enabled: may("voices:read") && spoken });
  const chosen = agents.data?.find((one) => one.name === side.agent);
  const choices = useMemo(
    () => [
      { value: "", label: t("As the agent is") },
      ...(voices.data ?? [])
        .filter((voice) => voice.ready)
        .map((voice) => ({
          value: voice.id,
          label: voice.name,
          about: `${voice.language_name} · ${voice.id}`,
        })),
    ],
    [voices.data],
  );
  return (
    <>
      <Segmented<Partner>
        size="sm"
        label={t("Kind of partner")}
        value={side.partner}
        onChange={(partner) => onChange({ ...side, partner })}
        choices={[
          { value: "agent", label: t("Agent") },
          { value: "flow", label: t("Flow") },
          { value: "prompt", label: t("Prompt") },
        ]}
      />
      {side.partner === "agent" && (
        <Field label={t("Agent")} error={chosen?.fault || undefined} hint={chosen && kindText(chosen.kind)}>
          <Combobox
            free
            value={side.agent}
            onChange={(agent) => onChange({ ...side, agent })}
            choices={(agents.data ?? []).map((one) => ({
              value: one.name,
              label: one.name,
              about: kindText(one.kind),
            }))}
          />
        </Field>
      )}
      {side.partner === "flow" && (
        <Field label={t("Flow")}>
          <Combobox
            free
            value={side.flow}
            onChange={(flow) => onChange({ ...side, flow })}
            choices={(flows.data ?? []).map((one) => ({
              value: one.name,
              label: one.name,
              about: one.about,
            }))}
          />
        </Field>
      )}
      {side.partner === "prompt" && (
        <p className="text-muted text-sm">{t("A language model that follows the system prompt below.")}</p>
      )}
      {spoken && (
        <Field label={t("Voice")}>
          <Combobox
            free
            value={side.voice}
            onChange={(voice) => onChange({ ...side, voice })}
            choices={choices}
            placeholder={t("As the agent is")}
          />
        </Field>
      )}
    </>
  );
}

function kindText(kind: string): string {
  switch (kind) {
    case "flow":
      return t("Follows a flow");
    case "llm":
      return t("Thinks with a language model");
    case "realtime":
      return t("Speaks by a realtime model");
    case "python":
      return t("Written in Python");
    case "echo":
      return t("Says what you say");
    default:
      return kind;
  }
}

type Setter = (more: Partial<Settings>) => void;

function TurnFields({ settings, set }: { settings: Settings; set: Setter }) {
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

function LanguageField({ value, onChange }: { value: string; onChange: (language: string) => void }) {
  const choices = useMemo(() => {
    const names = new Intl.DisplayNames(["en"], { type: "language" });
    return [
      { value: "", label: t("As the agent is") },
      { value: "auto", label: t("As you speak"), about: t("Of nine languages, for agents that think") },
      ...LANGUAGES.map((code) => ({ value: code, label: names.of(code) ?? code, about: code })),
    ];
  }, []);
  return (
    <Field label={t("Language")}>
      <Combobox free value={value} onChange={onChange} choices={choices} />
    </Field>
  );
}

function AboutField({ value, onChange }: { value: string; onChange: (about: string) => void }) {
  const [open, setOpen] = useState(value !== "");
  const fault = aboutFault(value);
  if (!open)
    return (
      <Button size="sm" variant="ghost" icon={<Plus />} onClick={() => setOpen(true)}>
        {t("Data for the agent to know")}
      </Button>
    );
  return (
    <Field
      label={t("Data for the agent")}
      hint={t("An object as JSON; a flow has it as variables.")}
      error={
        fault === "json"
          ? t("This is no JSON yet: names and texts stand in double quotes.")
          : fault === "object"
            ? t('An object is needed: {"name": "Ann"}.', { name: "{name}" })
            : undefined
      }
    >
      <TextArea
        rows={2}
        maxLength={10_000}
        className="font-mono text-xs"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder='{"name": "Ann"}'
      />
    </Field>
  );
}

function HearingFields({ settings, set, busy }: { settings: Settings; set: Setter; busy: boolean }) {
  const devices = useMicrophones(busy);
  return (
    <Group title={t("Your microphone")}>
      {devices.length > 0 && (
        <Field label={t("Microphone")}>
          <Select
            value={settings.device}
            onChange={(device) => set({ device })}
            choices={[{ value: "", label: t("The usual one") }, ...devices]}
          />
        </Field>
      )}
      <Switch
        checked={settings.processed}
        onChange={(processed) => set({ processed })}
        label={t("Clean it up")}
        hint={t("Echo, noise and level, by the browser. Leave it on with loudspeakers.")}
      />
      <Switch
        checked={settings.mood}
        onChange={(mood) => set({ mood })}
        label={
          <span className="inline-flex items-center gap-2">
            {t("Mood")} <Badge tone="info">{t("estimate")}</Badge>
          </span>
        }
        hint={t("How you seem to feel, by voice and words. Nothing should hang on one turn.")}
      />
    </Group>
  );
}

/** Their names are known once one was allowed. */
function useMicrophones(busy: boolean): { value: string; label: string }[] {
  const [found, setFound] = useState<{ value: string; label: string }[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: permission comes with a conversation
  useEffect(() => {
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    if (devices === undefined) return;
    let over = false;
    const look = async () => {
      const all = await devices.enumerateDevices().catch(() => []);
      if (over) return;
      const own = all.filter(
        (one) => one.kind === "audioinput" && one.deviceId !== "" && one.deviceId !== "default",
      );
      setFound(own.map((one) => ({ value: one.deviceId, label: one.label || t("Microphone") })));
    };
    void look();
    devices.addEventListener("devicechange", look);
    return () => {
      over = true;
      devices.removeEventListener("devicechange", look);
    };
  }, [busy]);
  return found;
}
