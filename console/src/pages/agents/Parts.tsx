import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schema } from "@/api";
import { t, tn } from "@/app/i18n";
import { type Form, OrderInput, type Settings, SettingsFields, SwitchField, WordsField } from "@/forms";
import { enginesQuery, knowledgeQuery } from "@/parts/data";
import { EngineDot } from "@/parts/EngineState";
import { Badge, Card, Checkbox } from "@/ui";
import type { AgentForm } from "./model";
import {
  assistantSettings,
  backgroundSettings,
  insightSettings,
  redactionSettings,
  retentionSettings,
  turnSettings,
} from "./settings";
import { Transfers } from "./Transfers";

type Part = { form: Form<AgentForm> };
type SettingsName = "turn" | "insight" | "assistant" | "background" | "retention" | "redaction";

function Fault({ form, name }: Part & { name: keyof AgentForm & string }) {
  const fault = form.error(name);
  if (!fault) return null;
  return (
    <p role="alert" className="mb-4 rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
      {fault}
    </p>
  );
}

const setter = (form: Form<AgentForm>, name: SettingsName) => (value: Settings) => form.set(name, value);

export function TurnPart({ form }: Part) {
  const all = turnSettings();
  const [often, seldom] = [all.slice(0, 10), all.slice(10)];
  return (
    <div className="space-y-5">
      <Card
        title={t("Turn-taking")}
        description={t("How long it waits, and what interrupts it. Empty fields are as usual.")}
      >
        <Fault form={form} name="turn" />
        <SettingsFields settings={often} value={form.values.turn} onChange={setter(form, "turn")} />
      </Card>
      <Card title={t("Fine tuning")} description={t("Seldom needed: measure before and after.")}>
        <SettingsFields settings={seldom} value={form.values.turn} onChange={setter(form, "turn")} />
      </Card>
    </div>
  );
}

export function RoomPart({ form }: Part) {
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Card title={t("Insight")} description={t("What is known of a call beyond its words.")}>
        <Fault form={form} name="insight" />
        <SettingsFields
          settings={insightSettings()}
          value={form.values.insight}
          onChange={setter(form, "insight")}
        />
      </Card>
      <Card title={t("Background")} description={t("Sounds under its words; off unless you choose one.")}>
        <Fault form={form} name="background" />
        <SettingsFields
          settings={backgroundSettings()}
          value={form.values.background}
          onChange={setter(form, "background")}
        />
      </Card>
    </div>
  );
}

export function PrivacyPart({ form }: Part) {
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Card title={t("Recording and redaction")}>
        <SwitchField
          form={form}
          name="recording"
          label={t("Record its calls")}
          hint={t("Two channels: the caller on the left, the agent on the right.")}
          className="mb-5"
        />
        <Fault form={form} name="redaction" />
        <SettingsFields
          settings={redactionSettings()}
          value={form.values.redaction}
          onChange={setter(form, "redaction")}
        />
      </Card>
      <Card
        title={t("How long things are kept")}
        description={t("Shorter than the server's settings, never longer than the law.")}
      >
        <Fault form={form} name="retention" />
        <SettingsFields
          settings={retentionSettings()}
          value={form.values.retention}
          onChange={setter(form, "retention")}
        />
      </Card>
    </div>
  );
}

export function ToolsPart({ form }: Part) {
  const { data } = useQuery(knowledgeQuery);
  const collections = data?.collections ?? [];
  const toggle = (tool: string, on: boolean) =>
    form.set("tools", on ? [...form.values.tools, tool] : form.values.tools.filter((each) => each !== tool));
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Card title={t("Knowledge")} description={t("Documents that it searches while it talks.")}>
        {collections.length === 0 ? (
          <p className="text-muted text-sm">
            {t("There are none yet.")}{" "}
            <Link href="/knowledge" className="text-link underline underline-offset-2">
              {t("Add documents")}
            </Link>
          </p>
        ) : (
          <div className="space-y-3">
            {collections.map((one) => (
              <Checkbox
                key={one.name}
                label={one.name}
                hint={t("{documents}, {passages}", {
                  documents: tn("{count} document", "{count} documents", one.documents),
                  passages: tn("{count} passage", "{count} passages", one.passages),
                })}
                checked={form.values.tools.includes(`knowledge/${one.name}`)}
                onChange={(on) => toggle(`knowledge/${one.name}`, on)}
              />
            ))}
          </div>
        )}
      </Card>
      <Card
        title={t("Tools")}
        description={t("What its model may call, by name: as `voiceforge tools list` has them.")}
      >
        <WordsField form={form} name="tools" label={t("Names")} placeholder="knowledge/faq, mcp/crm" />
      </Card>
      <Card title={t("Assistant")} className="lg:col-span-2">
        <Fault form={form} name="assistant" />
        <SettingsFields
          settings={assistantSettings()}
          value={form.values.assistant}
          onChange={setter(form, "assistant")}
        />
        <div className="mt-6 border-line border-t pt-5">
          <Transfers value={form.values.assistant} onChange={setter(form, "assistant")} />
        </div>
      </Card>
    </div>
  );
}

const KINDS: readonly { name: "stt" | "tts" | "llm"; kind: Schema["Kind"] }[] = [
  { name: "stt", kind: "stt" },
  { name: "llm", kind: "llm" },
  { name: "tts", kind: "tts" },
];

export function EnginesPart({ form }: Part) {
  const { data } = useQuery({ ...enginesQuery, refetchInterval: 10_000 });
  const titles = {
    stt: t("Hears with"),
    llm: t("Thinks with"),
    tts: t("Speaks with"),
  };
  return (
    <div className="grid gap-5 lg:grid-cols-3">
      {KINDS.map(({ name, kind }) => {
        const engines = (data?.engines ?? []).filter((one) => one.kind === kind);
        const modes = (data?.modes ?? []).filter((one) => one[name].length > 0);
        return (
          <Card key={name} title={titles[name]}>
            <Fault form={form} name={name} />
            <OrderInput
              label={t("In this order")}
              empty={t("As the server's settings say.")}
              value={form.values[name]}
              onChange={(value) => form.set(name, value)}
              choices={[
                ...modes.map((one) => ({
                  value: one.name,
                  label: one.name,
                  about: t("mode: {engines}", { engines: one[name].join(", ") }),
                })),
                ...engines.map((one) => ({
                  value: one.name,
                  label: one.name,
                  about: one.lacks ?? one.summary,
                })),
              ]}
              show={(chosen) => {
                const engine = engines.find((one) => one.name === chosen);
                if (engine) return <EngineDot engine={engine} />;
                return modes.some((one) => one.name === chosen) ? (
                  <Badge tone="gold">{t("mode")}</Badge>
                ) : null;
              }}
            />
            <p className="mt-3 text-faint text-xs leading-relaxed">
              {t("The first that can takes the call; when it fails the next goes on.")}
            </p>
          </Card>
        );
      })}
    </div>
  );
}
