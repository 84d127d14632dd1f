import { Mic, MicOff, PhoneCall, PhoneOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import type { WhipNow } from "@/audio/whip";
import { FaultNote } from "@/phone/FaultNote";
import { Sound } from "@/phone/Sound";
import { useWhipCall } from "@/phone/useWhipCall";
import { Badge, Button, EmptyState, ErrorState, IconButton } from "@/ui";
import type { FlowDocument } from "../model/document";
import { followed, NOWHERE, type Step, type Trail } from "../model/trail";
import type { Draft } from "../useDraft";

interface Line {
  id: number;
  who: "flow" | "caller" | "note";
  text: string;
}

export interface TryVoiceProps {
  flow: Schema["FlowShown"];
  document: FlowDocument;
  /** The working copy, which answers; null: it may not be changed here, and what is published answers. */
  draft: Draft | null;
  trail: Trail | null;
  onTrail: (trail: Trail | null) => void;
}

/** Talks to what is drawn by voice; the call's own events light the node where it is. */
export function TryVoice({ flow, document, draft, trail, onTrail }: TryVoiceProps) {
  const [lines, setLines] = useState<Line[]>([]);
  const [partial, setPartial] = useState("");
  const [hungUp, setHungUp] = useState(false);
  const [called, setCalled] = useState<FlowDocument | null>(null);
  const [unsaved, setUnsaved] = useState(false);
  // Events may come faster than it is drawn.
  const latest = useRef(trail);
  const goTo = (next: Trail) => {
    latest.current = next;
    onTrail(next);
  };
  const say = (who: Line["who"], text: unknown) => {
    if (typeof text !== "string" || text === "") return;
    setLines((before) => [...before, { id: before.length, who, text }]);
  };
  const call = useWhipCall({
    anew: () => {
      setLines([]);
      goTo(NOWHERE);
    },
    event: (kind, data) => {
      switch (kind) {
        case "flow":
          return goTo(followed(latest.current ?? NOWHERE, [data as Step]));
        case "partial":
          return setPartial(String(data.text ?? ""));
        case "final":
          setPartial("");
          return say("caller", data.text);
        case "agent":
          return say("flow", data.text);
        case "outcome":
          return say("note", t("Kept: {status}", { status: String(data.status ?? "") }));
      }
    },
  });
  useEffect(() => () => onTrail(null), [onTrail]);

  const { now } = call;
  const live = now !== null && now.state !== "ended";
  const silent = draft === null && flow.published === null;
  async function begin() {
    // What answers is what the server has: what is drawn is saved first.
    const there = draft === null || (await draft.save());
    setUnsaved(!there);
    if (!there || !call.begin({ flow: flow.name, ...(draft && { draft: "true" }) })) return;
    setCalled(document);
    setLines([]);
    setPartial("");
    setHungUp(false);
    goTo(NOWHERE);
  }
  function hangUp() {
    setHungUp(true);
    call.hangUp();
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <Sound stream={call.heard} />
      {now === null ? (
        <EmptyState
          icon={<Mic />}
          title={t("Call it from here")}
          text={
            draft !== null
              ? t(
                  "What is drawn now answers, published or not. The node where the call is, is lit as it goes.",
                )
              : silent
                ? t("Nothing is published yet, and what is drawn may be called by its owner alone.")
                : t(
                    "Version {number}, which is live, answers. The node where the call is, is lit as it goes.",
                    { number: flow.published ?? 0 },
                  )
          }
          action={
            <Button variant="gold" icon={<PhoneCall />} disabled={silent} onClick={() => void begin()}>
              {t("Call")}
            </Button>
          }
          className="px-2 py-8"
        />
      ) : (
        <>
          <div
            className="scroll-quiet min-h-40 flex-1 space-y-2 overflow-y-auto"
            role="log"
            aria-live="polite"
          >
            {lines.map((line) => (
              <Said key={line.id} {...line} />
            ))}
            {live && partial && <p className="ms-auto w-fit text-end text-faint text-sm italic">{partial}</p>}
            {!live && now.fault === null && <Said who="note" text={ending(now, hungUp)} />}
          </div>
          {now.fault !== null && <FaultNote fault={now.fault} />}
          {live && now.state !== "up" && (
            <p role="status" className="text-muted text-sm">
              {now.state === "lost"
                ? t("The network is lost, connecting again…")
                : t("Calling {name}…", { name: flow.name })}
            </p>
          )}
          {live && draft !== null && called !== document && (
            <p className="text-faint text-xs">
              {t("You have changed the flow: call again to talk to what is drawn now.")}
            </p>
          )}
          <div className="flex items-center gap-2">
            {live ? (
              <>
                <Button size="sm" variant="danger" icon={<PhoneOff />} onClick={hangUp}>
                  {t("Hang up")}
                </Button>
                <IconButton
                  label={now.muted ? t("Unmute") : t("Mute")}
                  size="sm"
                  pressed={now.muted}
                  onClick={() => call.mute(!now.muted)}
                >
                  {now.muted ? <MicOff /> : <Mic />}
                </IconButton>
              </>
            ) : (
              <Button size="sm" icon={<PhoneCall />} onClick={() => void begin()}>
                {t("Call again")}
              </Button>
            )}
            {trail?.active && <Badge tone="gold">{trail.active}</Badge>}
          </div>
        </>
      )}
      {unsaved && draft?.saved.state === "failed" && (
        <ErrorState
          inline
          error={draft.saved.error}
          title={t("What you have drawn is not saved, so nobody can call it")}
        />
      )}
    </div>
  );
}

function ending(now: WhipNow, hungUp: boolean): string {
  return hungUp ? t("You have hung up.") : now.why || t("The call is over.");
}

function Said({ who, text }: Omit<Line, "id">) {
  if (who === "note") return <p className="text-center text-faint text-xs">{text}</p>;
  const side =
    who === "caller" ? "ms-auto bg-primary text-primary-fg" : "border border-line bg-hover text-fg";
  return (
    <p
      dir="auto"
      className={`w-fit max-w-[88%] break-words rounded-2xl px-3.5 py-2 text-sm leading-relaxed ${side}`}
    >
      {text}
    </p>
  );
}
