import { Grid3x3, Mic, MicOff, PhoneOff, RotateCw } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { clock, ms } from "@/app/format";
import { t } from "@/app/i18n";
import { KEYS } from "@/audio/dtmf";
import { FaultNote } from "@/phone/FaultNote";
import { useLevel, useSeconds } from "@/phone/moving";
import { Sound } from "@/phone/Sound";
import { Button, IconButton, Meter, StatusDot } from "@/ui";
import { Transcript } from "./Transcript";
import { median, type StartCall } from "./useCall";

/** The call while it is up, and what it came to. */
export function CallCard({ call, to, signedIn }: { call: StartCall; to: string; signedIn: boolean }) {
  const { now, captions } = call;
  const [keys, setKeys] = useState(false);
  const seconds = useSeconds(now?.state === "ended" ? null : (now?.since ?? null));
  const lasted = useRef(0);
  if (seconds > 0) lasted.current = seconds;
  const mine = useLevel(call.microphone);
  if (now === null) return null;
  const over = now.state === "ended";
  const middle = median(captions.latencies);
  return (
    <section
      aria-label={t("The call")}
      className="min-w-0 animate-in rounded-2xl border border-line bg-canvas/40 p-5"
    >
      <Sound stream={call.heard} />
      <div className="mb-3 flex items-center justify-between gap-4">
        <StatusDot
          status={over ? "idle" : now.state === "up" ? "live" : "warn"}
          label={stateText(now.state, to)}
          className="font-medium"
        />
        <span className="figures text-muted text-sm" role="timer" aria-label={t("Length of the call")}>
          {clock(over ? lasted.current : seconds)}
        </span>
      </div>
      {now.fault && <FaultNote fault={now.fault} className="mb-3" />}
      <Transcript
        captions={captions}
        waiting={over ? t("Nothing was said.") : t("Say hello: what both say stands here as it is said.")}
      />
      {over ? (
        <div className="mt-4 flex flex-wrap items-center justify-between gap-3">
          <p className="text-muted text-sm">
            {middle !== null
              ? t("The agent answered within {time}, by the median.", { time: ms(middle) })
              : now.why || t("The call is over.")}
          </p>
          <div className="flex flex-wrap gap-2">
            {signedIn && now.callId && (
              <Button asChild>
                <Link href={`/calls/${now.callId}`}>{t("Look at the call")}</Link>
              </Button>
            )}
            <Button variant="gold" icon={<RotateCw />} onClick={() => call.begin(to)}>
              {t("Call again")}
            </Button>
          </div>
        </div>
      ) : (
        <>
          {keys && (
            <fieldset className="mt-4 grid animate-in grid-cols-3 gap-2">
              <legend className="sr-only">{t("Keys of the telephone")}</legend>
              {KEYS.map((digit) => (
                <Button
                  key={digit}
                  size="lg"
                  className="font-display text-lg"
                  onClick={() => call.digit(digit)}
                >
                  {digit}
                </Button>
              ))}
            </fieldset>
          )}
          <div className="mt-4 flex items-center gap-3">
            <Meter value={now.muted ? 0 : mine} label={t("Your microphone")} className="min-w-0 flex-1" />
            <IconButton
              label={now.muted ? t("Unmute") : t("Mute")}
              pressed={now.muted}
              onClick={() => call.mute(!now.muted)}
            >
              {now.muted ? <MicOff /> : <Mic />}
            </IconButton>
            <IconButton label={t("Keys of the telephone")} pressed={keys} onClick={() => setKeys(!keys)}>
              <Grid3x3 />
            </IconButton>
            <Button variant="danger" icon={<PhoneOff />} onClick={call.hangUp}>
              {t("Hang up")}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

function stateText(state: string, to: string): string {
  switch (state) {
    case "asking":
      return t("May this page use your microphone?");
    case "up":
      return t("You talk with {name}", { name: to });
    case "lost":
      return t("The network is lost, connecting again…");
    case "ended":
      return t("The call is over");
    default:
      return t("Calling {name}…", { name: to });
  }
}
