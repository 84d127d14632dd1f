import { CircleCheck, CircleX, Square, Users } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { streamed } from "@/api/serverSent";
import { number, percent } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Badge, Button, ErrorState, Field, Input, Progress, Slider } from "@/ui";
import { type FlowDocument, isObject, type Json, type JsonObject, textOf } from "../model/document";
import { type Callers, personasOf, rememberCallers, rememberedCallers } from "../model/personas";
import { WhoCalls } from "./WhoCalls";

interface Call {
  number: number;
  persona: string;
  passed: boolean;
  failures: string[];
  outcome: string;
  turns: number;
  transcript: string;
}

/** Simulated callers try the flow, one after the other; what came of each is told as they go. */
export function Simulate({ name, document }: { name: string; document: FlowDocument }) {
  const [calls, setCalls] = useState(20);
  const [interrupt, setInterrupt] = useState(0);
  const [told, setTold] = useState<Call[]>([]);
  const [of, setOf] = useState(0);
  const [result, setResult] = useState<JsonObject | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [callers, setCallers] = useState<Callers>(() => rememberedCallers(name));
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const personas = useMemo(() => personasOf(callers), [callers]);

  async function begin() {
    const abort = new AbortController();
    stop.current = abort;
    setBusy(true);
    setTold([]);
    setOf(calls);
    setResult(null);
    setError(null);
    try {
      await streamed(
        `/api/flows/${encodeURIComponent(name)}/simulate`,
        {
          document,
          calls,
          interrupt: interrupt / 100,
          seed: String(Date.now() % 10_000),
          personas: personas.found,
        },
        ({ event, data }) => {
          if (!isObject(data)) return;
          if (event === "call") {
            setTold((before) => [...before, callOf(data)]);
            setOf(numeric(data.of));
          } else if (event === "result") setResult(data);
          else if (event === "failed") setError(new Error(textOf(data.message)));
        },
        abort.signal,
      );
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  }
  function changeCallers(next: Callers) {
    setCallers(next);
    rememberCallers(name, next);
  }
  const failed = told.filter((one) => !one.passed);
  return (
    <div className="space-y-4">
      <p className="text-muted text-sm leading-relaxed">
        {t(
          "Simulated callers talk to the flow by text: patient, hurried, confused and hostile ones. What is drawn now answers; requests that their world does not answer are real.",
        )}
      </p>
      <div className="grid grid-cols-2 gap-4">
        <Field label={t("Calls")}>
          <Input
            type="number"
            min={1}
            max={500}
            value={calls}
            onChange={(event) => setCalls(Math.min(500, Math.max(1, Number(event.target.value))))}
          />
        </Field>
        <Field label={t("They interrupt")} aside={percent(interrupt / 100)}>
          <Slider value={interrupt} onChange={setInterrupt} min={0} max={100} step={10} />
        </Field>
      </div>
      <WhoCalls callers={callers} onChange={changeCallers} fault={personas.fault} />
      <div className="flex gap-2">
        <Button
          variant="primary"
          icon={<Users />}
          loading={busy}
          disabled={personas.fault !== ""}
          onClick={() => void begin()}
        >
          {t("Have them call")}
        </Button>
        {busy && (
          <Button icon={<Square />} onClick={() => stop.current?.abort()}>
            {t("Stop")}
          </Button>
        )}
      </div>
      {(busy || told.length > 0) && (
        <Progress
          value={of > 0 ? told.length / of : 0}
          label={tn("{done} of {count} call", "{done} of {count} calls", of, { done: number(told.length) })}
        />
      )}
      {error !== null && <ErrorState inline error={error} title={t("The callers could not go on")} />}
      {told.length > 0 && (
        <div className="grid grid-cols-3 gap-2 text-center">
          <Figure label={t("passed")} value={percent((told.length - failed.length) / told.length)} />
          <Figure
            label={t("turns")}
            value={number(told.reduce((sum, one) => sum + one.turns, 0) / told.length, 1)}
          />
          <Figure label={t("failed")} value={number(failed.length)} bad={failed.length > 0} />
        </div>
      )}
      {result !== null && <Personas result={result} />}
      {failed.length > 0 && (
        <section aria-label={t("Failed calls")}>
          <h3 className="mb-2 font-medium text-fg text-sm">{t("Failed calls")}</h3>
          <ul className="space-y-2">
            {failed.slice(0, 20).map((one) => (
              <li key={one.number} className="rounded-xl border border-line bg-sunken text-sm">
                <details>
                  <summary className="px-3 py-2">
                    <span className="font-medium text-fg">{one.persona}</span>
                    <span className="mt-0.5 block text-bad text-xs">{one.failures.join("; ")}</span>
                  </summary>
                  <pre className="whitespace-pre-wrap break-words border-line border-t px-3 py-2 font-sans text-muted text-xs leading-relaxed">
                    {one.transcript || t("No words are kept of this one.")}
                  </pre>
                </details>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Personas({ result }: { result: JsonObject }) {
  const all = isObject(result.all) ? result.all : {};
  const outcomes = isObject(all.outcomes) ? Object.entries(all.outcomes) : [];
  const personas = isObject(result.personas) ? Object.entries(result.personas) : [];
  return (
    <section aria-label={t("Report")} className="space-y-3">
      <div className="flex flex-wrap gap-1.5">
        {outcomes.map(([status, count]) => (
          <Badge key={status} tone={status === "none" ? "neutral" : "primary"}>
            {status} · {number(numeric(count))}
          </Badge>
        ))}
      </div>
      <ul className="space-y-1">
        {personas.map(([name, found]) => {
          const figures = isObject(found) ? found : {};
          const whole = numeric(figures.calls) === numeric(figures.passed);
          return (
            <li key={name} className="flex items-center gap-2 text-sm">
              {whole ? (
                <CircleCheck className="size-4 shrink-0 text-ok" aria-label={t("passed")} />
              ) : (
                <CircleX className="size-4 shrink-0 text-bad" aria-label={t("failed")} />
              )}
              <span dir="auto" className="min-w-0 flex-1 truncate text-fg">
                {name}
              </span>
              <span className="figures text-muted text-xs">
                {number(numeric(figures.passed))}/{number(numeric(figures.calls))}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Figure({ label, value, bad }: { label: string; value: string; bad?: boolean }) {
  return (
    <div className="rounded-xl border border-line bg-hover px-2 py-2">
      <div className={`figures font-display font-semibold text-lg ${bad ? "text-bad" : "text-fg"}`}>
        {value}
      </div>
      <div className="text-faint text-xs">{label}</div>
    </div>
  );
}

function callOf(data: JsonObject): Call {
  return {
    number: numeric(data.number),
    persona: textOf(data.persona),
    passed: data.passed === true,
    failures: Array.isArray(data.failures) ? data.failures.map(String) : [],
    outcome: textOf(data.outcome),
    turns: numeric(data.turns),
    transcript: textOf(data.transcript),
  };
}

function numeric(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
