import { ExternalLink, Headset, Phone, Radio, X } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { otherSide, ourSide } from "@/api";
import { phoneNumber } from "@/app/format";
import { t, tn } from "@/app/i18n";
import {
  Badge,
  Button,
  Card,
  cn,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  SkeletonList,
  StatusDot,
} from "@/ui";
import { inOrder, type LiveCall, merged } from "./board";
import { Controls } from "./Controls";
import { Elapsed } from "./Elapsed";
import { LiveCard } from "./LiveCard";
import { useBefore } from "./useBefore";
import { useBoard } from "./useBoard";

export default function LivePage() {
  const { board, list } = useBoard();
  const search = useSearch();
  const [, go] = useLocation();
  const calls = useMemo(() => inOrder(board), [board]);
  const chosen = board.get(new URLSearchParams(search).get("call") ?? "");
  const choose = useCallback((id: string) => go(id ? `/live?call=${id}` : "/live", { replace: true }), [go]);
  const up = calls.filter((call) => call.ended === null).length;
  return (
    <Page
      title={t("Live")}
      description={t(
        "Calls that are up, as they go. Choose one to listen, whisper to its agent, or take it over.",
      )}
      badge={<Badge tone={up > 0 ? "ok" : "neutral"}>{tn("{count} call", "{count} calls", up)}</Badge>}
      width="full"
    >
      {list.isPending ? (
        <Card flush>
          <SkeletonList rows={4} />
        </Card>
      ) : list.isLoadingError && calls.length === 0 ? (
        <Card>
          <ErrorState
            error={list.error}
            title={t("The live calls could not be loaded")}
            onRetry={() => void list.refetch()}
          />
        </Card>
      ) : calls.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Radio />}
            title={t("Nobody is calling")}
            text={t(
              "A call appears here as soon as it rings. Place one to see it: the demo agent books you a room.",
            )}
            action={
              <Button variant="primary" icon={<Phone />} asChild>
                <Link href="/phone">{t("Open the phone")}</Link>
              </Button>
            }
          />
        </Card>
      ) : (
        <div
          className={cn(
            "grid items-start gap-4",
            chosen && "xl:grid-cols-[minmax(0,1fr)_minmax(24rem,30rem)]",
          )}
        >
          {chosen && <Chosen key={chosen.id} call={chosen} onClose={() => choose("")} />}
          <ul
            aria-label={t("Live calls")}
            className={cn(
              "grid min-w-0 grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-4",
              chosen && "xl:order-first",
            )}
          >
            {calls.map((call) => (
              <li key={call.id} className="grid min-w-0">
                <LiveCard call={call} chosen={call.id === chosen?.id} onChoose={choose} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Page>
  );
}

/** The call that somebody looks at: its words as they come, and what can be done. */
function Chosen({ call, onClose }: { call: LiveCall; onClose: () => void }) {
  // What was said before this page was opened.
  const before = useBefore(call, true);
  const lines = useMemo(() => merged(before, call.lines), [before, call.lines]);
  const scroller = useRef<HTMLOListElement>(null);
  const many = lines.length;
  useEffect(() => {
    const element = scroller.current;
    if (element && many + call.partial.length > 0) element.scrollTop = element.scrollHeight;
  }, [many, call.partial]);
  return (
    <Card
      className="xl:sticky xl:top-4"
      title={<span className="figures">{phoneNumber(otherSide(call))}</span>}
      description={t("{agent} at {number}", {
        agent: call.agent ?? t("a phone"),
        number: phoneNumber(ourSide(call)),
      })}
      actions={
        <>
          <Button size="sm" variant="ghost" icon={<ExternalLink />} asChild>
            <Link href={`/calls/${call.id}`}>{t("Whole call")}</Link>
          </Button>
          <IconButton label={t("Close")} size="sm" onClick={onClose}>
            <X />
          </IconButton>
        </>
      }
    >
      <p className="mb-3 flex items-center justify-between gap-3 text-muted text-sm">
        <StatusDot
          status={call.ended !== null ? "idle" : call.answeredAt ? "live" : "warn"}
          label={
            call.ended !== null ? call.ended || t("Over") : call.answeredAt ? t("Answered") : t("Ringing")
          }
        />
        {call.ended === null && <Elapsed since={call.answeredAt ?? call.startedAt} />}
      </p>
      {call.ended === null && <Controls call={call.id} answered={call.answeredAt !== null} />}
      <ol
        ref={scroller}
        aria-label={t("Transcript")}
        aria-live="polite"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        className="scroll-quiet mt-4 max-h-[46dvh] space-y-2.5 overflow-y-auto rounded-xl border border-line bg-sunken p-4"
      >
        {lines.map((line) => (
          <li key={line.index} className={cn("text-sm", line.speaker !== "caller" && "text-end")}>
            <span
              dir="auto"
              className={cn(
                "inline-block max-w-[88%] break-words rounded-2xl px-3.5 py-2 text-start",
                line.speaker === "caller"
                  ? "rounded-ss-md bg-info-soft text-fg"
                  : line.speaker === "operator"
                    ? "rounded-se-md bg-gold-soft text-fg"
                    : "rounded-se-md bg-primary-soft text-fg",
              )}
            >
              {line.text || "…"}
            </span>
          </li>
        ))}
        {call.partial && (
          <li className="text-sm">
            <span
              dir="auto"
              className="inline-block max-w-[88%] rounded-2xl rounded-ss-md bg-info-soft px-3.5 py-2 text-muted italic"
            >
              {call.partial}
            </span>
          </li>
        )}
        {lines.length === 0 && !call.partial && (
          <li className="flex flex-col items-center gap-2 py-8 text-faint text-sm">
            <Headset className="size-6" aria-hidden />
            {t("Nothing was said yet.")}
          </li>
        )}
      </ol>
    </Card>
  );
}
