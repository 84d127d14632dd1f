import { useMutation } from "@tanstack/react-query";
import { Hash, PhoneOff, Play, Send, VolumeX } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, api, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { Badge, Button, EmptyState, ErrorState, IconButton, Input } from "@/ui";
import type { FlowDocument } from "../model/document";
import { followed, NOWHERE, type Step, type Trail } from "../model/trail";

type Answer = Schema["TriedAnswer"];
interface Line {
  id: number;
  who: "flow" | "caller" | "note";
  text: string;
}

export interface TryTextProps {
  name: string;
  document: FlowDocument;
  trail: Trail | null;
  onTrail: (trail: Trail | null) => void;
}

/** Talks to what is drawn, by typing: nothing of it need be saved or published. */
export function TryText({ name, document, trail, onTrail }: TryTextProps) {
  const [lines, setLines] = useState<Line[]>([]);
  const [open, setOpen] = useState<Answer | null>(null);
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState<FlowDocument | null>(null);
  const count = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef(trail);
  latest.current = trail;

  const add = (...more: Omit<Line, "id">[]) =>
    setLines((before) => [
      ...before,
      ...more.map((one) => {
        count.current += 1;
        return { ...one, id: count.current };
      }),
    ]);
  const take = (answer: Answer, from: Trail) => {
    setOpen(answer);
    const told: Omit<Line, "id">[] = answer.text ? [{ who: "flow", text: answer.text }] : [];
    for (const one of answer.outcomes)
      told.push({ who: "note", text: t("Kept: {status}", { status: one.status }) });
    if (answer.ended === "ended") told.push({ who: "note", text: t("The flow has hung up.") });
    if (answer.ended === "transferred")
      told.push({ who: "note", text: t("The caller is handed to {to}.", { to: answer.to }) });
    add(...told);
    onTrail(followed(from, answer.steps.map(stepOf)));
    input.current?.focus();
  };
  const begin = useMutation({
    mutationFn: () =>
      ok(api.POST("/api/flows/tries", { body: { document, flow: name, direction: "inbound", caller: "" } })),
    onMutate: () => {
      if (open !== null && open.ended === "") end(open.id);
      setLines([]);
      setTried(document);
    },
    onSuccess: (answer) => take(answer, NOWHERE),
  });
  const turn = useMutation({
    mutationFn: (said: {
      id: string;
      text: string;
      keys: string;
      returned: Schema["TriedTurn"]["returned"];
    }) =>
      ok(
        api.POST("/api/flows/tries/{id}", {
          params: { path: { id: said.id } },
          body: { text: said.text, keys: said.keys, returned: said.returned },
        }),
      ),
    onSuccess: (answer) => take(answer, latest.current ?? NOWHERE),
  });
  const last = useRef<Answer | null>(null);
  last.current = open;
  useEffect(
    () => () => {
      if (last.current !== null && last.current.ended === "") end(last.current.id);
      onTrail(null);
    },
    [onTrail],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is said last is to be seen
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);

  function say(text: string, keys = "", returned: Schema["TriedTurn"]["returned"] = "") {
    if (open === null) return;
    const shown = keys
      ? t("pressed {keys}", { keys })
      : returned
        ? t("nobody took it: {why}", { why: returned })
        : text || t("(silence)");
    add({ who: "caller", text: shown });
    setTyped("");
    turn.mutate({ id: open.id, text, keys, returned });
  }
  function sent(event: FormEvent) {
    event.preventDefault();
    const text = typed.trim();
    if (text.startsWith("/")) say("", text.slice(1).replace(/[^0-9*#A-D]/g, ""));
    else if (text !== "") say(text);
  }
  const live = open !== null && open.ended === "";
  const error = begin.error ?? turn.error;
  if (open === null && begin.isIdle)
    return (
      <EmptyState
        icon={<Play />}
        title={t("Talk to it by typing")}
        text={t(
          "What is drawn now answers, saved or not. The node where you are is lit, and variables show what they hold.",
        )}
        action={
          <Button variant="gold" icon={<Play />} onClick={() => begin.mutate()}>
            {t("Begin")}
          </Button>
        }
        className="px-2 py-8"
      />
    );
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <div
        ref={list}
        className="scroll-quiet min-h-40 flex-1 space-y-2 overflow-y-auto"
        aria-live="polite"
        role="log"
      >
        {lines.map((line) =>
          line.who === "note" ? (
            <p key={line.id} className="text-center text-faint text-xs">
              {line.text}
            </p>
          ) : (
            <p
              key={line.id}
              dir="auto"
              className={`w-fit max-w-[88%] break-words rounded-2xl px-3.5 py-2 text-sm leading-relaxed ${line.who === "caller" ? "ms-auto rounded-ee-md bg-primary text-primary-fg" : "rounded-es-md border border-line bg-hover text-fg"}`}
            >
              {line.text}
            </p>
          ),
        )}
        {turn.isPending && <p className="text-faint text-xs">{t("…")}</p>}
      </div>
      {error !== null && <Failed error={error} />}
      {trail !== null && trail.failed !== "" && (
        <p className="rounded-lg bg-bad-soft px-3 py-2 text-bad text-xs">{trail.failed}</p>
      )}
      {tried !== document && live && (
        <p className="text-faint text-xs">
          {t("You have changed the flow: begin again to talk to what is drawn now.")}
        </p>
      )}
      {live && (
        <form onSubmit={sent} className="flex gap-2">
          <Input
            ref={input}
            aria-label={t("What the caller says")}
            placeholder={t("Say something, or /1 for keys")}
            value={typed}
            dir="auto"
            onChange={(event) => setTyped(event.target.value)}
          />
          <IconButton
            label={t("Send")}
            type="submit"
            variant="primary"
            disabled={typed.trim() === "" || turn.isPending}
          >
            <Send className="rtl:-scale-x-100" />
          </IconButton>
          <IconButton label={t("Stay silent")} disabled={turn.isPending} onClick={() => say("")}>
            <VolumeX />
          </IconButton>
        </form>
      )}
      {open?.ended === "transferred" && (
        <div className="flex flex-wrap items-center gap-2 text-sm">
          <span className="text-muted">{t("What comes of it?")}</span>
          {(["busy", "no answer", "declined"] as const).map((why) => (
            <Button key={why} size="sm" onClick={() => say("", "", why)}>
              {why}
            </Button>
          ))}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" icon={<Play />} loading={begin.isPending} onClick={() => begin.mutate()}>
          {t("Begin again")}
        </Button>
        {live && (
          <Button
            size="sm"
            variant="ghost"
            icon={<PhoneOff />}
            onClick={() => {
              end(open.id);
              setOpen({ ...open, ended: "ended" });
              add({ who: "note", text: t("You have hung up.") });
            }}
          >
            {t("Hang up")}
          </Button>
        )}
        {live && <Keys onKey={(key) => say("", key)} disabled={turn.isPending} />}
        {trail?.active && <Badge tone="gold">{trail.active}</Badge>}
      </div>
    </div>
  );
}

function Keys({ onKey, disabled }: { onKey: (key: string) => void; disabled: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton label={t("Keys")} size="sm" pressed={open} onClick={() => setOpen(!open)}>
        <Hash />
      </IconButton>
      {open && (
        <div className="grid w-full grid-cols-6 gap-1">
          {[..."123456789*0#"].map((key) => (
            <Button key={key} size="sm" disabled={disabled} onClick={() => onKey(key)}>
              {key}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

function Failed({ error }: { error: unknown }) {
  if (error instanceof ApiError && error.code === "flow_has_errors")
    return (
      <ErrorState
        inline
        error={{ message: t("Mend the errors first; they stand under Problems.") }}
        title={t("It cannot be run yet")}
      />
    );
  return <ErrorState inline error={error} />;
}

/** Nobody waits for it, and one that is forgotten ends by itself. */
function end(id: string): void {
  void api.DELETE("/api/flows/tries/{id}", { params: { path: { id } } }).catch(() => undefined);
}

function stepOf(found: { [name: string]: unknown }): Step {
  return found as Step;
}
