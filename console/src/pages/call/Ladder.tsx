import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, ArrowRight, Network } from "lucide-react";
import { Fragment } from "react";
import { api, ok } from "@/api";
import { ms } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Button, cn, EmptyState, ErrorState, SkeletonList } from "@/ui";

/** What was said by SIP: who to whom, when, and each message as a whole on demand. */
export function Ladder({ id }: { id: string }) {
  const rungs = useQuery({
    queryKey: ["calls", id, "rungs"],
    queryFn: async ({ signal }) => {
      const shown = await ok(
        api.GET("/api/telephony/calls/{id}/ladder", {
          params: { path: { id }, query: { format: "json" } },
          signal,
        }),
      );
      if (typeof shown === "string") return { leftOut: 0, rungs: [] }; // as text, which was not asked for
      return { leftOut: shown.left_out, rungs: shown.messages.map(rungOf) };
    },
    retry: false,
  });
  if (rungs.isPending) return <SkeletonList rows={5} />;
  if (rungs.isLoadingError)
    return (
      <ErrorState
        error={rungs.error}
        title={t("There is no SIP trace of this call")}
        onRetry={() => void rungs.refetch()}
      />
    );
  if (rungs.data.rungs.length === 0)
    return (
      <EmptyState
        icon={<Network />}
        title={t("Nothing was said by SIP")}
        text={t(
          "Messages of calls are kept in memory for a while: of older calls, and of calls from browsers, there are none.",
        )}
      />
    );
  return (
    <div>
      <ol className="space-y-1.5" dir="ltr">
        {rungs.data.rungs.map((rung, index) => {
          const Arrow = rung.out ? ArrowRight : ArrowLeft;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that only grows
            <Fragment key={index}>
              <li className="rounded-xl border border-line bg-sunken">
                <details className="group">
                  <summary className="grid cursor-pointer list-none grid-cols-[4rem_1.5rem_minmax(0,1fr)_auto] items-center gap-3 px-3 py-2 text-sm">
                    <span className="figures text-faint text-xs">+{ms(rung.ms)}</span>
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
                      {rung.again && (
                        <span className="ms-2 font-normal text-faint text-xs">{t("again")}</span>
                      )}
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
            </Fragment>
          );
        })}
      </ol>
      <p className="mt-3 flex flex-wrap items-center gap-3 text-faint text-xs">
        {tn("{count} message", "{count} messages", rungs.data.rungs.length)}
        {rungs.data.leftOut > 0 && (
          <span>{tn("{count} was not kept", "{count} were not kept", rungs.data.leftOut)}</span>
        )}
        <Button size="sm" variant="ghost" asChild>
          <a href={`/api/telephony/calls/${id}/pcap`} download>
            {t("As a capture (pcap)")}
          </a>
        </Button>
      </p>
    </div>
  );
}

interface Rung {
  ms: number;
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
    ms: typeof given.ms === "number" ? given.ms : 0,
    again: given.again === true,
    out: given.direction === "out",
    status: status === undefined ? 0 : Number(status),
    line: line.replace(/^SIP\/2\.0 /, "").replace(/ SIP\/2\.0$/, ""),
    remote: text("remote"),
    transport: text("transport"),
    text: text("text"),
  };
}
