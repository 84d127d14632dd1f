// Hear a voice: a round button with how far it is around its edge.
import { LoaderCircle, Play, Square } from "lucide-react";
import { t } from "@/app/i18n";
import { cn } from "@/ui";
import type { PlayerView } from "./player";

export interface PlayButtonProps {
  voice: string;
  name: string;
  player: PlayerView;
  onPlay: () => void;
  disabled?: boolean;
}

const RADIUS = 22;
const AROUND = 2 * Math.PI * RADIUS;

export function PlayButton({ voice, name, player, onPlay, disabled }: PlayButtonProps) {
  const mine = player.voice === voice && player.phase !== "idle";
  const busy = mine && player.phase !== "playing";
  const share = mine ? (player.progress ?? 0) : 0;
  return (
    <button
      type="button"
      data-play={voice}
      onClick={onPlay}
      disabled={disabled}
      aria-label={mine ? t("Stop {name}", { name }) : t("Hear {name}", { name })}
      aria-pressed={mine}
      className={cn(
        "relative grid size-12 shrink-0 place-items-center rounded-full border border-line transition-colors disabled:cursor-not-allowed disabled:opacity-40 [&>svg:last-child]:size-4.5",
        mine
          ? "bg-gold text-gold-fg"
          : "bg-primary-soft text-link hover:border-gold-text hover:bg-gold-soft hover:text-gold-text",
      )}
    >
      {mine && (
        <svg viewBox="0 0 48 48" className="absolute -inset-1 size-14 -rotate-90" aria-hidden="true">
          <circle cx="24" cy="24" r={RADIUS} fill="none" strokeWidth="2" className="stroke-line-strong" />
          <circle
            cx="24"
            cy="24"
            r={RADIUS}
            fill="none"
            strokeWidth="2"
            strokeLinecap="round"
            className="stroke-gold-text"
            strokeDasharray={AROUND}
            strokeDashoffset={AROUND * (1 - share)}
          />
        </svg>
      )}
      {busy ? (
        <LoaderCircle className="animate-spin" aria-hidden />
      ) : mine ? (
        <Square className="fill-current" aria-hidden />
      ) : (
        <Play className="ms-0.5 fill-current" aria-hidden />
      )}
    </button>
  );
}
