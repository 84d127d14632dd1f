// All that is known of one voice, what it lacks here, and who may have it.
import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConical, Plus } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { api, ifMatch, ok, queries } from "@/api";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { bodyOf, formOf } from "@/pages/agents/model";
import { agentsQuery, languageOf } from "@/parts/data";
import { Badge, Button, CodeLine, Field, KeyValue, Select, Sheet, toast } from "@/ui";
import { commandsOf, lacksOf, manner, standingOf, type Voice } from "./filter";
import { PlayButton } from "./PlayButton";
import type { PlayerView } from "./player";
import { genderText, placeOf, spokenText, standingText, standingTone } from "./words";

export interface VoiceSheetProps {
  voice: Voice | null;
  player: PlayerView;
  onPlay: (voice: Voice) => void;
  onClose: () => void;
}

export function VoiceSheet({ voice, player, onPlay, onClose }: VoiceSheetProps) {
  const { may } = useSession();
  if (voice === null) return null;
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title={voice.name}
      description={placeOf(voice)}
      footer={
        <>
          {may("agents:write") && (
            <Button asChild>
              <Link href={`/agents?new&voice=${encodeURIComponent(voice.id)}`}>
                <Plus aria-hidden />
                {t("New agent")}
              </Link>
            </Button>
          )}
          <Button variant="primary" asChild>
            <Link href={`/playground?voice=${encodeURIComponent(voice.id)}`}>
              <FlaskConical aria-hidden />
              {t("Try it in the playground")}
            </Link>
          </Button>
        </>
      }
    >
      <div className="space-y-6">
        <div className="flex items-center gap-4 rounded-xl border border-line bg-hover p-4">
          <PlayButton
            voice={voice.id}
            name={voice.name}
            player={player}
            onPlay={() => onPlay(voice)}
            disabled={!voice.ready}
          />
          <p dir="auto" lang={voice.language} className="min-w-0 text-fg text-sm leading-relaxed">
            “{voice.sample}”
          </p>
        </div>
        <p className="text-muted text-sm leading-relaxed">{manner(voice)}</p>
        <KeyValue
          items={[
            [t("Name for agents"), <CodeLine key="id" text={voice.id} />],
            [t("Language"), `${languageOf(voice)} (${voice.language})`],
            [t("Voice of a"), genderText(voice.gender)],
            [t("Made for"), voice.engine],
          ]}
        />
        <Standing voice={voice} />
        {may("agents:read") && may("agents:write") && <GiveToAgent voice={voice} />}
      </div>
    </Sheet>
  );
}

/** How it stands here, and the commands that mend it. */
function Standing({ voice }: { voice: Voice }) {
  const standing = standingOf(voice);
  const lacks = lacksOf(voice.lacks ?? "");
  const commands = commandsOf(lacks);
  return (
    <section className="space-y-3">
      <h3 className="flex items-center gap-2 font-medium text-fg text-sm">
        {t("On this machine")}
        <Badge tone={standingTone(standing)}>{standingText(standing)}</Badge>
      </h3>
      <p className="text-muted text-sm leading-relaxed">{spokenText(voice)}</p>
      {lacks.length > 0 && (
        <>
          <p className="text-muted text-sm">{t("To sound as designed it lacks:")}</p>
          <ul className="list-disc space-y-1 ps-5 text-muted text-sm marker:text-faint">
            {lacks.map((lack) => (
              <li key={lack.text} className="break-words">
                {lack.text}
              </li>
            ))}
          </ul>
        </>
      )}
      {commands.length > 0 && (
        <div className="space-y-2">
          <p className="text-muted text-sm">{t("On the server's machine run:")}</p>
          {commands.map((command) => (
            <CodeLine key={command} text={command} />
          ))}
        </div>
      )}
    </section>
  );
}

/** An agent that is there speaks with it from its next call on. */
function GiveToAgent({ voice }: { voice: Voice }) {
  const [name, setName] = useState("");
  const agents = useQuery(agentsQuery);
  const give = useMutation({
    mutationFn: async () => {
      const params = { path: { name } };
      const now = await ok(api.GET("/api/agents/{name}", { params }));
      const headers = ifMatch(now.version);
      const body = { ...bodyOf(formOf(now)), voice: voice.id };
      return ok(api.PUT("/api/agents/{name}", { params, headers, body }));
    },
    onSuccess: () => {
      toast.ok(t("{agent} speaks with {voice} from its next call on.", { agent: name, voice: voice.name }));
      return queries.invalidateQueries({ queryKey: ["agents"] });
    },
    onError: toast.error,
  });
  const choices = (agents.data ?? []).map((one) => ({ value: one.name, label: one.name }));
  return (
    <section className="flex items-end gap-2">
      <Field label={t("Give it to an agent")} className="flex-1">
        <Select value={name} onChange={setName} choices={choices} placeholder={t("Choose…")} />
      </Field>
      <Button disabled={name === ""} loading={give.isPending} onClick={() => give.mutate()}>
        {t("Use it")}
      </Button>
    </section>
  );
}
