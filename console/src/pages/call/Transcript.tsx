import { Bot, Ear, Headset, Play, Scissors, User } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Schema } from "@/api";
import { clock, ms, percent } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, cn, Tooltip } from "@/ui";
import { heardAndRest } from "./heard";
import type { Player } from "./player";

type Line = Schema["CallLineShown"];
const UNSURE = 0.6;

/** Who said what, in time; of the agent's words those that were heard. `player`: none where there is no recording. */
export function Transcript({
  lines,
  agent,
  player,
}: {
  lines: readonly Line[];
  agent: string;
  player: Player | null;
}) {
  const now = player && (player.playing || player.at > 0) ? player.at * 1000 : null;
  const current = now === null ? undefined : lines.findLast((line) => line.started_ms <= now)?.index;
  const list = useRef<HTMLOListElement>(null);
  const playing = player?.playing ?? false;
  useEffect(() => {
    if (playing && current !== undefined)
      list.current?.querySelector(`[data-line="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [playing, current]);
  return (
    <ol ref={list} className="space-y-4">
      {lines.map((line) => (
        <Said key={line.index} line={line} agent={agent} lit={line.index === current} player={player} />
      ))}
    </ol>
  );
}

function Said({
  line,
  agent,
  lit,
  player,
}: {
  line: Line;
  agent: string;
  lit: boolean;
  player: Player | null;
}) {
  const ours = line.speaker !== "caller";
  const [heard, rest] = ours ? heardAndRest(line.text, line.heard) : [line.text, ""];
  const waited = line.latency.voice_to_voice ?? line.latency.text_to_voice;
  const Icon = line.speaker === "operator" ? Headset : ours ? Bot : User;
  return (
    <li data-line={line.index} className={cn("flex gap-3", ours && "flex-row-reverse")}>
      <span
        aria-hidden
        className={cn(
          "grid size-8 shrink-0 place-items-center rounded-full [&_svg]:size-4",
          line.speaker === "operator"
            ? "bg-gold-soft text-gold-text"
            : ours
              ? "bg-primary-soft text-link"
              : "bg-info-soft text-info",
        )}
      >
        <Icon />
      </span>
      <div className={cn("min-w-0 max-w-[85%]", ours && "text-end")}>
        <p className="mb-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs" dir="auto">
          <span className="font-medium text-muted">
            {line.speaker === "operator" ? t("Operator") : ours ? agent : t("Caller")}
          </span>
          {player ? (
            <button
              type="button"
              onClick={() => player.seek(line.started_ms / 1000)}
              className="-my-1 figures inline-flex min-h-6 items-center gap-1 rounded px-1 hover:text-link"
              aria-label={t("Play from {time}", { time: clock(line.started_ms / 1000) })}
            >
              <Play className="size-3" aria-hidden />
              {clock(line.started_ms / 1000)}
            </button>
          ) : (
            <span className="figures">{clock(line.started_ms / 1000)}</span>
          )}
          {waited !== undefined && (
            <Tooltip text={t("From the caller's last sound to the agent's first")}>
              <span className="figures">{ms(waited)}</span>
            </Tooltip>
          )}
          {line.confidence !== null && line.confidence < UNSURE && (
            <Badge tone="warn">{t("unsure, {share}", { share: percent(line.confidence) })}</Badge>
          )}
          {!line.understood && <Badge tone="bad">{t("not understood")}</Badge>}
          {line.interrupted && (
            <Badge tone="gold" icon={<Scissors />}>
              {t("interrupted")}
            </Badge>
          )}
        </p>
        <div
          dir="auto"
          className={cn(
            "inline-block whitespace-pre-wrap break-words rounded-2xl border px-4 py-2.5 text-start text-fg text-sm leading-relaxed transition-colors",
            ours ? "rounded-se-md border-transparent bg-primary-soft" : "rounded-ss-md border-line bg-raised",
            lit && "border-gold/70",
          )}
        >
          {heard || (rest ? null : "…")}
          {rest && (
            <span className="text-faint line-through decoration-1">
              {heard && " "}
              {rest}
              <bdi className="sr-only"> ({t("not heard")})</bdi>
            </span>
          )}
        </div>
        {rest && (
          <p className="mt-1 flex items-center justify-end gap-1 text-faint text-xs">
            <Ear className="size-3.5" aria-hidden />
            {heard ? t("The caller heard the beginning alone") : t("The caller heard none of it")}
          </p>
        )}
      </div>
    </li>
  );
}
