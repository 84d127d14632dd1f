// A conversation in words: what is understood while it is said, and of the agent's words those that were heard.
import { AudioLines, Bot, CircleUserRound, Headset } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import type { Mood } from "@/api/gateway";
import { type Line, type Lines, pieces } from "@/api/gateway/transcript";
import { percent, time } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, cn, EmptyState, type Tone, Tooltip } from "@/ui";

const NEAR_END_PX = 80;
/** Below these a mood is a guess, and not worth a word. */
const SURE = 0.5;

export interface TranscriptProps {
  lines: Lines;
  /** Names the list. */
  label: string;
  /** Shown while nothing was said. */
  empty?: ReactNode;
  className?: string;
}

export function Transcript({ lines, label, empty, className }: TranscriptProps) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change may make it longer
  useEffect(() => {
    const place = list.current;
    if (place !== null && atEnd.current) place.scrollTop = place.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={list}
      role="log"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={({ currentTarget: place }) => {
        atEnd.current = place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_END_PX;
      }}
      className={cn(
        "scroll-quiet min-h-0 space-y-4 overflow-y-auto px-5 py-4 outline-offset-[-3px]",
        className,
      )}
    >
      {lines.length === 0
        ? (empty ?? (
            <EmptyState
              icon={<AudioLines />}
              title={t("Nothing was said yet")}
              text={t("Press the microphone, and say something.")}
            />
          ))
        : lines.map((line) => <Entry key={line.key} line={line} />)}
    </div>
  );
}

function Entry({ line }: { line: Line }) {
  if (line.who === "note")
    return (
      <p className="flex items-center gap-3 text-faint text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        <span className="max-w-[80%] text-center">{line.text}</span>
      </p>
    );
  const own = line.who === "caller";
  return (
    <article className={cn("flex items-end gap-2.5", own && "flex-row-reverse")}>
      <span
        className={cn(
          "mb-5 grid size-7 shrink-0 place-items-center rounded-full [&_svg]:size-4",
          own ? "bg-gold-soft text-gold-text" : "bg-primary-soft text-link",
        )}
        aria-hidden
      >
        {own ? <CircleUserRound /> : line.who === "agent" ? <Bot /> : <Headset />}
      </span>
      <div className={cn("flex min-w-0 max-w-[85%] flex-col", own && "items-end")}>
        <p
          dir="auto"
          className={cn(
            "w-fit max-w-full whitespace-pre-wrap break-words rounded-2xl px-4 py-2.5 text-[0.9375rem] leading-relaxed",
            own ? "rounded-ee-md bg-gold-soft text-fg" : "rounded-es-md bg-hover text-fg",
            own && !line.settled && "text-muted italic",
          )}
        >
          <bdi className="sr-only">
            {own ? t("You:") : line.who === "agent" ? t("Agent:") : t("Operator:")}{" "}
          </bdi>
          {own ? (
            line.text || <i className="text-muted">{t("Something that was not understood")}</i>
          ) : (
            <Said line={line} />
          )}
        </p>
        <div
          className={cn(
            "mt-1 flex min-h-5 flex-wrap items-center gap-2 px-1 text-faint text-xs",
            own && "justify-end",
          )}
        >
          <time dateTime={new Date(line.at).toISOString()}>{time(line.at, true)}</time>
          {own ? <HeardAs line={line} /> : line.interrupted && <Badge tone="warn">{t("Interrupted")}</Badge>}
        </div>
      </div>
    </article>
  );
}

/** The agent's words; those that nobody heard are struck out. */
function Said({ line }: { line: Line }) {
  return pieces(line).map((piece, index) =>
    piece.heard ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: words have no identity of their own
      <span key={index} className={line.settled ? undefined : "text-muted"}>
        {piece.text}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: words have no identity of their own
      <del key={index} title={t("Not heard")} className="text-faint decoration-faint/70">
        <bdi className="sr-only">{t("(not heard:)")} </bdi>
        {piece.text}
      </del>
    ),
  );
}

/** How surely the caller was understood, and the mood where it is looked for. */
function HeardAs({ line }: { line: Line }) {
  return (
    <>
      {!line.settled && <span>{t("listening…")}</span>}
      {!line.understood && line.settled && <Badge tone="warn">{t("Not understood")}</Badge>}
      {line.language && <Badge>{line.language}</Badge>}
      {line.mood && <MoodBadge mood={line.mood} />}
      {line.confidence !== null && (
        <Tooltip text={t("How surely it was understood")}>
          <span>
            <Badge tone={sureness(line.confidence)}>{percent(line.confidence)}</Badge>
          </span>
        </Tooltip>
      )}
    </>
  );
}

function sureness(confidence: number): Tone {
  if (confidence >= 0.75) return "ok";
  return confidence >= 0.45 ? "warn" : "bad";
}

function MoodBadge({ mood }: { mood: Mood }) {
  const words = [
    mood.arousal_sure >= SURE && mood.arousal >= 0.4 && t("agitated"),
    mood.arousal_sure >= SURE && mood.arousal <= -0.4 && t("subdued"),
    mood.valence_sure >= SURE && mood.valence >= 0.3 && t("kind words"),
    mood.valence_sure >= SURE && mood.valence <= -0.3 && t("cross words"),
  ].filter((word) => word !== false);
  const known = mood.arousal_sure >= SURE || mood.valence_sure >= SURE;
  const cross = words.includes(t("agitated")) || words.includes(t("cross words"));
  const told = t("Voice {arousal} ({arousalSure} sure), words {valence} ({valenceSure} sure)", {
    arousal: signed(mood.arousal),
    arousalSure: percent(mood.arousal_sure),
    valence: signed(mood.valence),
    valenceSure: percent(mood.valence_sure),
  });
  return (
    <Tooltip text={told}>
      <span>
        <Badge tone={!known ? "neutral" : cross ? "warn" : "info"}>
          {words.length > 0 ? words.join(", ") : known ? t("calm") : t("mood unsure")}
        </Badge>
      </span>
    </Tooltip>
  );
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
}
