// Two voices side by side, with the same words.
import { ListMusic } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { languageOf } from "@/parts/data";
import { Badge, Button, Dialog, Field, TextArea } from "@/ui";
import { manner, standingOf, stylesOf, type Voice } from "./filter";
import { PlayButton } from "./PlayButton";
import type { PlayerView, VoicePlayer } from "./player";
import { genderText, spokenText, standingText, standingTone, styleText } from "./words";

export interface CompareProps {
  voices: readonly Voice[];
  player: VoicePlayer;
  view: PlayerView;
  text: string;
  onText: (text: string) => void;
  onClose: () => void;
}

export function Compare({ voices, player, view, text, onText, onClose }: CompareProps) {
  const [both, setBoth] = useState(false);
  async function playBoth() {
    setBoth(true);
    for (const voice of voices) if (!(await player.play(voice.id, text.trim()))) break;
    setBoth(false);
  }
  return (
    <Dialog
      open
      onOpenChange={() => {
        player.stop();
        onClose();
      }}
      title={t("Compare two voices")}
      description={t("The same words in both: your own, or each voice's sentence.")}
      size="lg"
      footer={
        <Button variant="primary" icon={<ListMusic />} loading={both} onClick={() => void playBoth()}>
          {t("Hear one after the other")}
        </Button>
      }
    >
      <Field label={t("Words")} hint={t("Empty: each says its own sentence.")}>
        <TextArea rows={2} maxLength={1_000} value={text} onChange={(event) => onText(event.target.value)} />
      </Field>
      <div className="mt-5 grid gap-4 sm:grid-cols-2">
        {voices.map((voice) => (
          <section
            key={voice.id}
            className="rounded-xl border border-line bg-hover p-4"
            aria-label={voice.name}
          >
            <div className="flex items-center gap-3">
              <PlayButton
                voice={voice.id}
                name={voice.name}
                player={view}
                onPlay={() => void player.toggle(voice.id, text.trim())}
              />
              <div className="min-w-0">
                <h3 dir="auto" className="truncate font-display font-semibold">
                  {voice.name}
                </h3>
                <p className="truncate text-muted text-sm">{languageOf(voice)}</p>
              </div>
            </div>
            <p className="mt-3 text-muted text-sm leading-relaxed">{manner(voice)}</p>
            <div className="mt-3 flex flex-wrap gap-1.5">
              <Badge>{genderText(voice.gender)}</Badge>
              {stylesOf(voice).map((style) => (
                <Badge key={style} tone="primary">
                  {styleText(style)}
                </Badge>
              ))}
              <Badge tone={standingTone(standingOf(voice))}>{standingText(standingOf(voice))}</Badge>
            </div>
            <p className="mt-3 text-faint text-xs leading-relaxed">{spokenText(voice)}</p>
            {view.faults.get(voice.id) && (
              <p role="alert" className="mt-2 text-bad text-xs">
                {view.faults.get(voice.id)?.message}
              </p>
            )}
          </section>
        ))}
      </div>
    </Dialog>
  );
}
