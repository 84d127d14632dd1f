import { ArrowLeft, ArrowRight } from "lucide-react";
import { ms, time } from "@/app/format";
import { t } from "@/app/i18n";
import { cn } from "@/ui";

/** SIP messages: who to whom, when, and each as a whole on demand. */
export function Rungs({ rungs }: { rungs: readonly Rung[] }) {
  // One that is open stays so when others come before it.
  const seen = new Map<string, number>();
  const keyOf = ({ at, out, line }: Rung) => {
    const said = `${at} ${out} ${line}`;
    seen.set(said, (seen.get(said) ?? 0) + 1);
    return `${said} ${seen.get(said)}`;
  };
  return (
    <ol className="space-y-1.5" dir="ltr">
      {rungs.map((rung) => {
        const Arrow = rung.out ? ArrowRight : ArrowLeft;
        return (
          <li key={keyOf(rung)} className="rounded-xl border border-line bg-sunken">
            <details className="group">
              <summary className="grid cursor-pointer list-none grid-cols-[4rem_1.5rem_minmax(0,1fr)_auto] items-center gap-3 px-3 py-2 text-sm">
                <span className="figures text-faint text-xs">
                  {rung.ms === null ? time(rung.at, true) : `+${ms(rung.ms)}`}
                </span>
                <Arrow
                  aria-label={rung.out ? t("From us") : t("To us")}
                  className={cn("size-4", rung.out ? "text-gold-text" : "text-info")}
                />
                <span
                  className={cn(
                    "truncate font-medium",
                    rung.status >= 400 ? "text-bad" : rung.status >= 200 ? "text-ok" : "text-fg",
                  )}
                >
                  {rung.line}
                  {rung.again && <span className="ms-2 font-normal text-faint text-xs">{t("again")}</span>}
                </span>
                <span className="hidden truncate text-faint text-xs sm:block">
                  {rung.remote} · {rung.transport}
                </span>
              </summary>
              <pre className="overflow-x-auto border-line border-t px-3 py-2 font-mono text-muted text-xs leading-relaxed">
                {rung.text}
              </pre>
            </details>
          </li>
        );
      })}
    </ol>
  );
}

export interface Rung {
  /** Since the call's first message; null: that is not known. */
  ms: number | null;
  /** As the API writes it. */
  at: string;
  again: boolean;
  out: boolean;
  /** Of a response; 0: a request. */
  status: number;
  line: string;
  remote: string;
  transport: string;
  text: string;
}

/** The API's document leaves a message's fields open: each is read for what it is. */
export function rungOf(given: Readonly<Record<string, unknown>>): Rung {
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : "");
  const line = text("line");
  const status = /^SIP\/2\.0 (\d{3})/.exec(line)?.[1];
  return {
    ms: typeof given.ms === "number" ? given.ms : null,
    at: text("at"),
    again: given.again === true,
    out: given.direction === "out",
    status: status === undefined ? 0 : Number(status),
    line: line.replace(/^SIP\/2\.0 /, "").replace(/ SIP\/2\.0$/, ""),
    remote: text("remote"),
    transport: text("transport"),
    text: text("text"),
  };
}
