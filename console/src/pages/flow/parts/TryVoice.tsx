import { Mic, MicOff, PhoneCall, PhoneOff } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import { Badge, Button, EmptyState, ErrorState, IconButton } from "@/ui";
import { isObject, textOf } from "../model/document";
import { followed, NOWHERE, type Step, type Trail } from "../model/trail";
import { callFlow, type VoiceCall } from "../voiceCall";

interface Line {
  id: number;
  who: "flow" | "caller" | "note";
  text: string;
}

/** Talks to the published version by voice; the call's own events light the node where it is. */
export function TryVoice({
  flow,
  trail,
  onTrail,
}: {
  flow: Schema["FlowShown"];
  trail: Trail | null;
  onTrail: (trail: Trail | null) => void;
}) {
  const [state, setState] = useState<"idle" | "calling" | "up">("idle");
  const [lines, setLines] = useState<Line[]>([]);
  const [partial, setPartial] = useState("");
  const [muted, setMuted] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const call = useRef<VoiceCall | null>(null);
  const source = useRef<EventSource | null>(null);
  const latest = useRef(trail);
  latest.current = trail;
  const count = useRef(0);

  const over = useCallback((why: string) => {
    call.current?.hangUp();
    source.current?.close();
    call.current = source.current = null;
    setPartial("");
    setState("idle");
    if (why) setLines((before) => [...before, { id: -1 - before.length, who: "note", text: why }]);
  }, []);
  useEffect(
    () => () => {
      call.current?.hangUp();
      source.current?.close();
      onTrail(null);
    },
    [onTrail],
  );

  function follow(made: VoiceCall) {
    if (!made.callId) return;
    const ticket = made.ticket ? `?ticket=${encodeURIComponent(made.ticket)}` : "";
    const events = new EventSource(`/api/telephony/calls/${made.callId}/events${ticket}`);
    source.current = events;
    const on = (name: string, does: (data: { [name: string]: unknown }) => void) =>
      events.addEventListener(name, (event) => {
        const data: unknown = JSON.parse(event.data);
        if (typeof data === "object" && data !== null) does(data as { [name: string]: unknown });
      });
    const said = (who: Line["who"], text: unknown) => {
      if (typeof text !== "string" || text === "") return;
      count.current += 1;
      const id = count.current;
      setLines((before) => [...before, { id, who, text }]);
    };
    on("flow", (data) => onTrail(followed(latest.current ?? NOWHERE, [data as Step])));
    on("partial", (data) => setPartial(String(data.text ?? "")));
    on("final", (data) => {
      setPartial("");
      said("caller", data.text);
    });
    on("agent", (data) => said("flow", data.text));
    on("outcome", (data) => said("note", t("Kept: {status}", { status: String(data.status ?? "") })));
    on("ended", (data) =>
      over(isObject(data) ? textOf(data.text) || t("The call is over.") : t("The call is over.")),
    );
  }
  async function begin() {
    if (audio.current === null) return;
    setState("calling");
    setError(null);
    setLines([]);
    setMuted(false);
    onTrail(NOWHERE);
    try {
      const made = await callFlow(flow.name, audio.current, () => over(t("The connection is gone.")));
      call.current = made;
      setState("up");
      follow(made);
    } catch (fault) {
      setState("idle");
      setError(
        fault instanceof DOMException && fault.name === "NotAllowedError"
          ? {
              message: t("The microphone is not allowed here."),
              detail: t("Allow it beside the address, and call again."),
            }
          : fault instanceof DOMException && fault.name === "NotFoundError"
            ? { message: t("There is no microphone."), detail: t("Plug one in, or test by typing.") }
            : fault,
      );
    }
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      {/* biome-ignore lint/a11y/useMediaCaption: its words stand below, as they are said */}
      <audio ref={audio} autoPlay className="hidden" />
      {state === "idle" && lines.length === 0 && (
        <EmptyState
          icon={<Mic />}
          title={t("Call it from here")}
          text={
            flow.published === null
              ? t("Nothing is published yet: publish it first, or test by typing.")
              : t(
                  "Version {number}, which is live, answers. The node where the call is, is lit as it goes.",
                  { number: flow.published },
                )
          }
          action={
            <Button
              variant="gold"
              icon={<PhoneCall />}
              disabled={flow.published === null}
              onClick={() => void begin()}
            >
              {t("Call")}
            </Button>
          }
          className="px-2 py-8"
        />
      )}
      {(state !== "idle" || lines.length > 0) && (
        <>
          <div
            className="scroll-quiet min-h-40 flex-1 space-y-2 overflow-y-auto"
            role="log"
            aria-live="polite"
          >
            {lines.map((line) => (
              <p
                key={line.id}
                dir="auto"
                className={
                  line.who === "note"
                    ? "text-center text-faint text-xs"
                    : `w-fit max-w-[88%] break-words rounded-2xl px-3.5 py-2 text-sm leading-relaxed ${line.who === "caller" ? "ms-auto bg-primary text-primary-fg" : "border border-line bg-hover text-fg"}`
                }
              >
                {line.text}
              </p>
            ))}
            {partial && <p className="ms-auto w-fit text-end text-faint text-sm italic">{partial}</p>}
          </div>
          <div className="flex items-center gap-2">
            {state === "idle" ? (
              <Button size="sm" icon={<PhoneCall />} onClick={() => void begin()}>
                {t("Call again")}
              </Button>
            ) : (
              <>
                <Button
                  size="sm"
                  variant="danger"
                  icon={<PhoneOff />}
                  loading={state === "calling"}
                  onClick={() => over(t("You have hung up."))}
                >
                  {t("Hang up")}
                </Button>
                <IconButton
                  label={muted ? t("Unmute") : t("Mute")}
                  size="sm"
                  pressed={muted}
                  onClick={() => {
                    call.current?.mute(!muted);
                    setMuted(!muted);
                  }}
                >
                  {muted ? <MicOff /> : <Mic />}
                </IconButton>
              </>
            )}
            {trail?.active && <Badge tone="gold">{trail.active}</Badge>}
          </div>
        </>
      )}
      {error !== null && <ErrorState inline error={error} title={t("The call did not come about")} />}
    </div>
  );
}
