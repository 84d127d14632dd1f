import { useQuery } from "@tanstack/react-query";
import { AudioLines, Bot, Code, Repeat2, Workflow } from "lucide-react";
import { Link } from "wouter";
import { nameOf } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { AreaField, ComboField, type Form, TextField } from "@/forms";
import { flowsQuery, useVoiceChoices } from "@/parts/data";
import { Card, Combobox, Field, RadioCards } from "@/ui";
import type { AgentForm, Kind } from "./model";
import { VoicePreview } from "./VoicePreview";

const LANGUAGES = [
  "en-US", "en-GB", "de", "es", "fr", "it", "pt-BR", "nl", "pl", "ja", "cmn", "hi", "ar", "tr", "ru", "ko",
]; // biome-ignore format: a list of tags

/** Who it is: what it runs, its voice and its language. */
export function Basics({ form, fresh }: { form: Form<AgentForm>; fresh: boolean }) {
  const { kind } = form.values;
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Card title={t("What it runs")} className="lg:col-span-2">
        <div className="space-y-5">
          {fresh && (
            <TextField
              form={form}
              name="name"
              required
              autoFocus
              dir="ltr"
              className="max-w-md"
              label={t("Name")}
              placeholder="front-desk"
              hint={t("Letters, digits, dots, dashes. Calls, routes and numbers know it by this.")}
            />
          )}
          <Kinds form={form} />
          {kind === "flow" && <FlowField form={form} />}
          {(kind === "llm" || kind === "realtime") && (
            <AreaField
              form={form}
              name="prompt"
              rows={10}
              label={t("Instructions")}
              placeholder={t("You answer the phone of a small library. Be brief…")}
              hint={t(
                "Who the model is, what it may promise, when it hands over. Callers hear what it says: short sentences, no lists.",
              )}
            />
          )}
          {kind === "python" && (
            <TextField
              form={form}
              name="entry"
              dir="ltr"
              label={t("Python class")}
              placeholder="examples.hours:OpeningHours"
              hint={t("module:Class, or the name of an entry point that is installed on the server.")}
            />
          )}
        </div>
      </Card>
      <VoiceCard form={form} />
      <Card title={t("Language")}>
        <ComboField
          form={form}
          name="language"
          free
          label={t("Spoken and understood")}
          placeholder={t("As the server's settings say")}
          hint={t("A language tag (BCP 47), such as en-GB or pt-BR.")}
          choices={LANGUAGES.map((tag) => ({ value: tag, label: nameOf("language", tag), about: tag }))}
        />
      </Card>
    </div>
  );
}

function Kinds({ form }: { form: Form<AgentForm> }) {
  const { may } = useSession();
  const choices = [
    {
      value: "flow",
      label: t("Flow"),
      about: t("Questions and answers that you draw. Needs no model."),
      icon: <Workflow />,
    },
    {
      value: "llm",
      label: t("Language model"),
      about: t("Thinks with a model, from your instructions."),
      icon: <Bot />,
    },
    {
      value: "realtime",
      label: t("Speech to speech"),
      about: t("A model that hears and speaks by itself."),
      icon: <AudioLines />,
    },
    {
      value: "python",
      label: t("Python"),
      about: t("A class of yours on the server."),
      icon: <Code />,
      disabled: !may("admin"),
    },
    {
      value: "echo",
      label: t("Echo"),
      about: t("Plays back what it hears: for measuring."),
      icon: <Repeat2 />,
    },
  ];
  return (
    <div>
      <p className="mb-1.5 font-medium text-sm">{t("Kind")}</p>
      <RadioCards
        label={t("Kind")}
        value={form.values.kind}
        onChange={(value) => form.set("kind", value as Kind)}
        choices={choices}
        className="lg:grid-cols-5"
      />
      {form.error("kind") && (
        <p role="alert" className="mt-1.5 text-bad text-xs">
          {form.error("kind")}
        </p>
      )}
    </div>
  );
}

function FlowField({ form }: { form: Form<AgentForm> }) {
  const { data = [] } = useQuery(flowsQuery);
  return (
    <ComboField
      form={form}
      name="flow"
      required
      className="max-w-md"
      label={t("Flow")}
      placeholder={t("Choose a flow…")}
      choices={data.map((one) => ({
        value: one.name,
        label: one.name,
        about:
          one.published === null
            ? t("not published yet")
            : t("version {version} is published", { version: one.published }),
      }))}
      hint={
        form.values.flow ? (
          <Link
            href={`/flows/${encodeURIComponent(form.values.flow)}`}
            className="text-link underline underline-offset-2"
          >
            {t("Open {flow} in the editor", { flow: form.values.flow })}
          </Link>
        ) : (
          t("It has to be published to answer calls.")
        )
      }
    />
  );
}

function VoiceCard({ form }: { form: Form<AgentForm> }) {
  const voices = useVoiceChoices();
  const chosen = voices.find((one) => one.value === form.values.voice);
  return (
    <Card title={t("Voice")}>
      <div className="flex items-end gap-2">
        <Field
          label={t("Speaks as")}
          error={form.error("voice")}
          className="flex-1"
          aside={chosen && !chosen.ready ? t("not ready here") : undefined}
        >
          <Combobox
            value={form.values.voice}
            onChange={(value) => form.set("voice", value)}
            free
            placeholder={t("The usual voice of its language")}
            choices={[{ value: "", label: t("The usual voice of its language") }, ...voices]}
          />
        </Field>
        {chosen && <VoicePreview voice={form.values.voice} />}
      </div>
      <p className="mt-1.5 text-faint text-xs leading-relaxed">
        {chosen?.about || t("Of the catalogue of voices, or an engine's own by its name.")}
      </p>
    </Card>
  );
}
