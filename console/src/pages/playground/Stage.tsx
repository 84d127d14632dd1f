// The middle of the page: both voices as bars, the button between them, and how the conversation stands.
import { Ear, Hand, Mic, MicOff, PhoneOff, RotateCw, Timer, TriangleAlert, Wifi } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { Ending } from "@/api/gateway";
import { clock, ms } from "@/app/format";
import { t } from "@/app/i18n";
import { inWords } from "@/phone/faults";
import { Badge, Button, Card, cn, Segmented, type Status, StatusDot, Tooltip } from "@/ui";
import { Keypad } from "./Keypad";
import { QualityBadge } from "./Metrics";
import type { Settings } from "./settings";
import { type Studio, type StudioView, stateText } from "./studio";
import { Waveform } from "./Waveform";

export interface StageProps {
  studio: Studio;
  view: StudioView;
  settings: Settings;
  /** What is missing before it can begin; empty: nothing. */
  missing: string;
  onBegin: () => void;
  onSignIn: () => void;
}

export function Stage({ studio, view, settings, missing, onBegin, onSignIn }: StageProps) {
  const live = view.phase === "talking";
  const spoken = settings.mode !== "text";
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2">
        <StatusDot status={statusOf(view)} label={stateText(view)} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted text-sm">
          <Elapsed view={view} />
          <Network view={view} />
        </div>
      </div>
      <div className="mt-4 grid grid-cols-[1fr_auto_1fr] items-center gap-3 sm:gap-6">
        <Lane label={t("You")}>
          <Waveform
            levels={studio.levels}
            colour="--gold-text"
            label={t("Your voice")}
            live={live && spoken}
          />
        </Lane>
        <Middle studio={studio} view={view} settings={settings} missing={missing} onBegin={onBegin} />
        <div className="min-w-0 space-y-1">
          {(view.talks.length > 0 ? view.talks : [null]).map((talk, side) => (
            <Lane
              // biome-ignore lint/suspicious/noArrayIndexKey: the sides are A and B
              key={side}
              label={
                view.talks.length > 1
                  ? `${side === 0 ? "A" : "B"} · ${talk?.agent ?? ""}`
                  : (talk?.agent ?? t("Agent"))
              }
              end
              dim={view.talks.length > 1 && view.audible !== side}
            >
              <Waveform
                levels={studio.voice(side)}
                colour="--link"
                label={t("The voice of {agent}", { agent: talk?.agent ?? t("the agent") })}
                live={live && spoken}
                className={view.talks.length > 1 ? "h-9" : undefined}
              />
            </Lane>
          ))}
        </div>
      </div>
      <Below studio={studio} view={view} settings={settings} missing={missing} />
      <Faults studio={studio} view={view} onBegin={onBegin} onSignIn={onSignIn} />
    </Card>
  );
}

function Lane({
  label,
  end,
  dim,
  children,
}: {
  label: string;
  end?: boolean;
  dim?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <div className={cn(dim && "opacity-40")}>{children}</div>
      <p className={cn("mt-1 truncate text-muted text-xs", end && "text-end")}>{label}</p>
    </div>
  );
}

type MiddleProps = Pick<StageProps, "studio" | "view" | "settings" | "missing" | "onBegin">;

/** The one button that counts: talk, hold to talk, or hang up. */
function Middle({ studio, view, settings, missing, onBegin }: MiddleProps) {
  const live = view.phase === "talking";
  if (live && settings.turns === "manual" && settings.mode !== "text" && view.microphone !== "none")
    return <HoldButton studio={studio} holding={view.holding} />;
  const going = live || view.phase === "opening";
  return (
    <button
      type="button"
      onClick={() => (going ? studio.end() : onBegin())}
      disabled={!going && missing !== ""}
      aria-label={going ? t("Hang up") : t("Talk")}
      className={cn(
        "grid size-20 place-items-center rounded-full border shadow-glow transition-[filter,background-color] hover:brightness-110 disabled:cursor-not-allowed disabled:opacity-50 sm:size-24 [&_svg]:size-8",
        going
          ? "border-white/10 bg-bad-fill text-white"
          : "border-white/25 bg-gold bg-linear-to-b from-white/30 to-transparent text-gold-fg",
        view.phase === "opening" && "animate-pulse",
      )}
    >
      {going ? <PhoneOff aria-hidden /> : <Mic aria-hidden />}
    </button>
  );
}

function HoldButton({ studio, holding }: { studio: Studio; holding: boolean }) {
  return (
    <button
      type="button"
      data-hold
      aria-pressed={holding}
      aria-label={t("Hold to talk")}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        studio.hold();
      }}
      onPointerUp={(event) => {
        // Who slides off the button takes it back.
        const box = event.currentTarget.getBoundingClientRect();
        const inside =
          event.clientX >= box.left - 24 &&
          event.clientX <= box.right + 24 &&
          event.clientY >= box.top - 24 &&
          event.clientY <= box.bottom + 24;
        studio.letGo(!inside);
      }}
      onPointerCancel={() => studio.letGo(true)}
      onContextMenu={(event) => event.preventDefault()}
      className={cn(
        "grid size-20 touch-none place-items-center rounded-full border border-white/25 transition-[filter,transform] sm:size-24 [&_svg]:size-8",
        holding
          ? "scale-105 animate-ring bg-gold text-gold-fg brightness-110"
          : "bg-gold bg-linear-to-b from-white/30 to-transparent text-gold-fg shadow-glow",
      )}
    >
      <Hand aria-hidden />
    </button>
  );
}

/** What can be done while it goes on, and what to do before. */
function Below({ studio, view, settings, missing }: Omit<MiddleProps, "onBegin">) {
  const live = view.phase === "talking";
  const manual = settings.turns === "manual" && settings.mode !== "text";
  if (!live)
    return (
      <p className="mt-4 text-center text-muted text-sm">
        {missing ||
          (view.phase === "opening"
            ? t("Allow the microphone if the browser asks.")
            : settings.mode === "text"
              ? t("Begin, then type below.")
              : manual
                ? t("Begin, then hold the button or the space bar while you speak.")
                : t("Begin, then just speak: a pause ends your turn, and you may interrupt."))}
      </p>
    );
  return (
    <div className="mt-4 flex flex-wrap items-center justify-center gap-2">
      {manual && (
        <span className="text-muted text-sm">
          {view.holding ? t("Let go to be answered") : t("Hold to talk (space)")}
        </span>
      )}
      {view.microphone !== "none" && !manual && (
        <Button
          size="sm"
          icon={view.microphone === "muted" ? <MicOff /> : <Mic />}
          aria-pressed={view.microphone === "muted"}
          onClick={() => studio.mute(view.microphone !== "muted")}
        >
          {view.microphone === "muted" ? t("Unmute") : t("Mute")}
        </Button>
      )}
      <Button size="sm" icon={<Hand />} onClick={() => studio.hush()}>
        {t("Stop the agent")}
      </Button>
      <Keypad onPress={(key) => studio.key(key)} />
      {manual && (
        <Button size="sm" variant="danger" icon={<PhoneOff />} onClick={() => studio.end()}>
          {t("Hang up")}
        </Button>
      )}
      {view.talks.length > 1 && settings.mode !== "text" && (
        <Segmented
          size="sm"
          label={t("Whom you hear")}
          value={String(view.audible)}
          onChange={(side) => studio.heard(side === "1" ? 1 : 0)}
          choices={[
            { value: "0", label: t("Hear A"), icon: <Ear /> },
            { value: "1", label: t("Hear B"), icon: <Ear /> },
          ]}
        />
      )}
    </div>
  );
}

type FaultsProps = Pick<StageProps, "studio" | "view" | "onBegin" | "onSignIn">;

/** What went wrong, and how to mend it. */
function Faults({ studio, view, onBegin, onSignIn }: FaultsProps) {
  const endings = view.talks.flatMap((talk): Ending[] =>
    talk.state.kind === "over" && talk.state.ending.kind !== "done" ? [talk.state.ending] : [],
  );
  const ending = endings[0];
  const warnings = [...new Set(view.talks.map((talk) => talk.warning).filter(Boolean))];
  return (
    <>
      {view.fault && (
        <Callout
          text={inWords(view.fault).title}
          detail={`${inWords(view.fault).help} ${t("Typed words work without it.")}`}
          action={
            <Button
              size="sm"
              icon={<RotateCw />}
              onClick={() => (view.phase === "talking" ? void studio.askAgain() : onBegin())}
            >
              {t("Try again")}
            </Button>
          }
        />
      )}
      {ending && (
        <Callout
          text={ending.text}
          detail={view.again !== null ? <Countdown until={view.again} /> : ending.detail}
          action={
            ending.signedOut ? (
              <Button size="sm" variant="primary" onClick={onSignIn}>
                {t("Sign in")}
              </Button>
            ) : view.phase === "over" ? (
              <Button size="sm" icon={<RotateCw />} onClick={onBegin}>
                {view.again !== null ? t("Try now") : t("Begin again")}
              </Button>
            ) : undefined
          }
        />
      )}
      {warnings.map((warning) => (
        <Callout key={warning} text={warning} detail="" />
      ))}
    </>
  );
}

function Callout({ text, detail, action }: { text: string; detail: ReactNode; action?: ReactNode }) {
  return (
    <div
      role="alert"
      className="mt-4 flex flex-wrap items-center gap-3 rounded-xl border border-warn/30 bg-warn-soft px-4 py-3"
    >
      <TriangleAlert className="size-5 shrink-0 text-warn" aria-hidden />
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium text-fg text-sm">{text}</p>
        {detail && <p className="mt-0.5 text-muted text-xs leading-relaxed">{detail}</p>}
      </div>
      {action}
    </div>
  );
}

function Countdown({ until }: { until: number }) {
  const now = useNow(true);
  return t("It is tried again in {seconds} s.", { seconds: Math.max(0, Math.ceil((until - now) / 1000)) });
}

function Elapsed({ view }: { view: StudioView }) {
  const now = useNow(view.phase === "talking");
  const seconds = view.began === null ? 0 : ((view.ended ?? now) - view.began) / 1000;
  return (
    <span
      className="figures inline-flex items-center gap-1.5"
      role="timer"
      aria-label={t("Length of the session")}
    >
      <Timer className="size-4 text-faint" aria-hidden />
      {clock(seconds)}
    </span>
  );
}

function Network({ view }: { view: StudioView }) {
  const network = view.talks[0]?.network;
  if (network?.quality == null) return null;
  const told = t("Round trip {rtt}, jitter {jitter}", { rtt: ms(network.rtt), jitter: ms(network.jitter) });
  return (
    <Tooltip text={told}>
      <span className="inline-flex items-center gap-1.5">
        <Wifi className="size-4 text-faint" aria-hidden />
        <span className="sr-only">{t("Network")}</span>
        <QualityBadge quality={network.quality} />
        {network.rtt !== null && <Badge className="figures hidden sm:inline-flex">{ms(network.rtt)}</Badge>}
      </span>
    </Tooltip>
  );
}

function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

function statusOf(view: StudioView): Status {
  if (view.phase === "talking") {
    const kinds = view.talks.map((talk) => talk.state.kind);
    return kinds.every((kind) => kind === "live") ? "live" : "warn";
  }
  if (view.phase === "opening" || view.again !== null) return "warn";
  const bad = view.talks.some((talk) => talk.state.kind === "over" && talk.state.ending.kind !== "done");
  return bad ? "bad" : "idle";
}
