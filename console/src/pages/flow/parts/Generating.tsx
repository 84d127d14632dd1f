import { CircleAlert, CircleCheck, LoaderCircle, Sparkles, Square } from "lucide-react";
import { useRef, useState } from "react";
import { ApiError } from "@/api";
import { streamed } from "@/api/serverSent";
import { cost, number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Button, ErrorState, Field, TextArea } from "@/ui";
import { documentOf, type FlowDocument, isObject, type Json, objectsOf, textOf } from "../model/document";

export interface Drawn {
  document: FlowDocument;
  /** Under which it was kept; null: it was not. */
  flow: string;
}

interface Line {
  id: number;
  text: string;
  state: "busy" | "ok" | "bad";
  more: string[];
}

export interface GeneratingProps {
  /** What was typed; kept by who shows this, so that it outlives another tab or panel. */
  words: string;
  onWords: (words: string) => void;
  /** What is asked beside the words: a name, or the flow to edit as it is drawn; `save`. */
  ask: () => { name?: string; edit?: string; document?: FlowDocument; save?: boolean };
  onDrawn: (drawn: Drawn) => void;
  label: string;
  placeholder: string;
  action: string;
  examples: readonly string[];
}

/** Words for a language model, and how it gets on with them. */
export function Generating({
  words,
  onWords,
  ask,
  onDrawn,
  label,
  placeholder,
  action,
  examples,
}: GeneratingProps) {
  const [lines, setLines] = useState<Line[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const stop = useRef<AbortController | null>(null);

  async function begin() {
    const abort = new AbortController();
    stop.current = abort;
    setBusy(true);
    setError(null);
    setLines([]);
    const tell = (text: string, state: Line["state"], more: string[] = []) =>
      setLines((before) => [
        ...before.map((line) => (line.state === "busy" ? { ...line, state: "ok" as const } : line)),
        { id: before.length, text, state, more },
      ]);
    try {
      await streamed(
        "/api/flows/generate",
        { words, ...ask() },
        ({ event, data }) => {
          const told = isObject(data) ? data : {};
          if (event === "begun") tell(t("{model} is drawing…", { model: textOf(told.llm) }), "busy");
          else if (event === "answer") answered(told, tell);
          else if (event === "failed") {
            tell(textOf(told.message), "bad", findings(told.findings));
            setError(null);
          } else if (event === "flow") {
            const spent = isObject(told.spent) ? told.spent : {};
            const tokens = numeric(spent.tokens_in) + numeric(spent.tokens_out);
            tell(
              [
                t("Drawn."),
                tn("{count} token", "{count} tokens", tokens, { count: number(tokens) }),
                spent.cost === null ? "" : cost(numeric(spent.cost)),
              ]
                .filter(Boolean)
                .join(" · "),
              "ok",
              findings(told.findings),
            );
            onDrawn({ document: documentOf(told.document), flow: textOf(told.flow) });
          }
        },
        abort.signal,
      );
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
      setLines((before) =>
        before.map((line) => (line.state === "busy" ? { ...line, state: "ok" as const } : line)),
      );
    }
  }

  return (
    <div className="space-y-4">
      <Field
        label={label}
        hint={t("Name numbers, agents and hosts that it shall use: a model may invent none.")}
      >
        <TextArea
          rows={4}
          value={words}
          placeholder={placeholder}
          dir="auto"
          onChange={(event) => onWords(event.target.value)}
        />
      </Field>
      {words === "" && lines.length === 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {examples.map((one) => (
            <li key={one}>
              <button
                type="button"
                onClick={() => onWords(one)}
                className="rounded-full border border-line bg-hover px-3 py-1 text-start text-muted text-xs hover:border-line-strong hover:text-fg"
              >
                {one}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex gap-2">
        <Button
          variant="primary"
          icon={<Sparkles />}
          loading={busy}
          disabled={words.trim() === ""}
          onClick={() => void begin()}
        >
          {action}
        </Button>
        {busy && (
          <Button icon={<Square />} onClick={() => stop.current?.abort()}>
            {t("Stop")}
          </Button>
        )}
      </div>
      <ol className="space-y-2" aria-live="polite">
        {lines.map((line) => (
          <li key={line.id} className="flex items-start gap-2.5 text-sm">
            {line.state === "busy" ? (
              <LoaderCircle className="mt-0.5 size-4 shrink-0 animate-spin text-gold-text" aria-hidden />
            ) : line.state === "ok" ? (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
            ) : (
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
            )}
            <span className="min-w-0">
              <span className="block break-words text-fg">{line.text}</span>
              {line.more.map((one) => (
                <span key={one} className="block break-words text-faint text-xs leading-relaxed">
                  {one}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ol>
      {error !== null && (
        <ErrorState
          inline
          error={error}
          title={
            error instanceof ApiError && error.code === "no_such_model"
              ? t("No language model is set up")
              : t("It could not be drawn")
          }
        />
      )}
    </div>
  );
}

function answered(
  told: { [name: string]: Json },
  tell: (text: string, state: Line["state"], more?: string[]) => void,
): void {
  const errors = numeric(told.errors);
  const count = numeric(told.number);
  if (textOf(told.fault))
    tell(t("Answer {number} cannot be read: {fault}", { number: count, fault: textOf(told.fault) }), "bad");
  else if (errors > 0)
    tell(
      tn(
        "Answer {number} has {count} error; it is asked to mend it.",
        "Answer {number} has {count} errors; it is asked to mend them.",
        errors,
        {
          number: count,
        },
      ),
      "bad",
      findings(told.findings),
    );
  else tell(t("Answer {number} can be used.", { number: count }), "ok");
}

function findings(found: Json | undefined): string[] {
  return objectsOf(found)
    .slice(0, 6)
    .map((one) => [textOf(one.node), textOf(one.what)].filter(Boolean).join(": "));
}

function numeric(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
