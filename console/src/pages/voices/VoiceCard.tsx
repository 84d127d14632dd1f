// One voice of the grid.
import { GitCompareArrows, Info, Star } from "lucide-react";
import { t } from "@/app/i18n";
import { Badge, cn, IconButton } from "@/ui";
import { manner, standingOf, stylesOf, type Voice } from "./filter";
import type { KeptVoices } from "./kept";
import { PlayButton } from "./PlayButton";
import type { PlayerView } from "./player";
import { genderText, placeOf, spokenText, standingText, standingTone, styleText } from "./words";

export interface VoiceCardProps {
  voice: Voice;
  player: PlayerView;
  kept: KeptVoices;
  compared: boolean;
  onPlay: (voice: Voice) => void;
  onOpen: (voice: Voice) => void;
  onCompare: (voice: Voice) => void;
}

const MOST_STYLES = 3;

export function VoiceCard({ voice, player, kept, compared, onPlay, onOpen, onCompare }: VoiceCardProps) {
  const standing = standingOf(voice);
  const fault = player.faults.get(voice.id);
  const heard = player.voice === voice.id && player.phase !== "idle";
  return (
    <li
      className={cn(
        "glass flex min-w-0 flex-col rounded-2xl p-4 transition-colors hover:border-line-strong",
        heard && "ring-1 ring-gold-text",
        compared && "bg-selected",
      )}
    >
      <div className="flex items-start gap-3.5">
        <PlayButton
          voice={voice.id}
          name={voice.name}
          player={player}
          onPlay={() => onPlay(voice)}
          disabled={standing === "none"}
        />
        <div className="min-w-0 flex-1">
          <h3 dir="auto" className="truncate font-display font-semibold text-fg">
            {voice.name}
          </h3>
          <p dir="auto" className="truncate text-muted text-sm">
            {placeOf(voice)}
          </p>
        </div>
        {kept.able && (
          <IconButton
            size="sm"
            label={
              kept.ids.has(voice.id)
                ? t("Give {name} up", { name: voice.name })
                : t("Keep {name}", { name: voice.name })
            }
            pressed={kept.ids.has(voice.id)}
            onClick={() => kept.toggle(voice.id)}
            className="-me-1.5 -mt-1"
          >
            <Star className={kept.ids.has(voice.id) ? "fill-current text-gold-text" : ""} />
          </IconButton>
        )}
      </div>
      <p
        dir="auto"
        className="mt-3 line-clamp-2 min-h-10 text-muted text-sm leading-snug"
        title={manner(voice)}
      >
        {manner(voice)}
      </p>
      <div className="mt-3 flex h-6 flex-wrap gap-1.5 overflow-hidden">
        <Badge>{genderText(voice.gender)}</Badge>
        {stylesOf(voice)
          .slice(0, MOST_STYLES)
          .map((style) => (
            <Badge key={style} tone="primary">
              {styleText(style)}
            </Badge>
          ))}
      </div>
      {fault && (
        <p role="alert" className="mt-3 break-words text-bad text-xs leading-relaxed">
          {fault.message}
        </p>
      )}
      {heard && player.phase === "waiting" && (
        <p role="status" className="mt-3 text-warn text-xs">
          {t("Its engine is being loaded: it plays as soon as that is done.")}
        </p>
      )}
      <footer className="mt-auto flex items-center justify-between gap-2 pt-3">
        <span title={spokenText(voice)} className="min-w-0">
          <Badge tone={standing === "other" ? "neutral" : standingTone(standing)}>
            {standing === "other"
              ? t("by {engine}", { engine: voice.spoken_by ?? "" })
              : standingText(standing)}
          </Badge>
        </span>
        <span className="flex items-center gap-1">
          <IconButton
            size="sm"
            label={t("Compare {name}", { name: voice.name })}
            pressed={compared}
            disabled={standing === "none"}
            onClick={() => onCompare(voice)}
            className={compared ? "text-gold-text" : ""}
          >
            <GitCompareArrows />
          </IconButton>
          <IconButton
            size="sm"
            label={t("More of {name}", { name: voice.name })}
            onClick={() => onOpen(voice)}
          >
            <Info />
          </IconButton>
        </span>
      </footer>
    </li>
  );
}
