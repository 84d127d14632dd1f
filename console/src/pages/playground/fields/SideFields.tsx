import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { agentsQuery, flowsQuery, languageOf, voicesQuery } from "@/parts/data";
import { Combobox, Field, Segmented } from "@/ui";
import type { Partner, Side } from "../settings";

interface SideProps {
  side: Side;
  onChange: (side: Side) => void;
  spoken: boolean;
}

/** One side of a comparison: an agent, a flow or a prompt, and its voice. */
export function SideFields({ side, onChange, spoken }: SideProps) {
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
          about: `${languageOf(voice)} · ${voice.id}`,
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
