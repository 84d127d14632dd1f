import { useQuery } from "@tanstack/react-query";
import {
  ArrowLeft,
  ClipboardList,
  FileText,
  MessageSquareText,
  Mic,
  Network,
  PhoneOff,
  Radio,
} from "lucide-react";
import { useState } from "react";
import { Link, useParams } from "wouter";
import {
  ApiError,
  api,
  ok,
  otherSide,
  ourSide,
  outcomeOf,
  queries,
  type Schema,
  talkedS,
  useLiveEvents,
} from "@/api";
import { clock, cost, dateTime, phoneNumber } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import {
  Badge,
  Button,
  Card,
  CopyButton,
  DropdownMenu,
  EmptyState,
  ErrorState,
  KeyValue,
  Page,
  Skeleton,
  SkeletonList,
  Tabs,
} from "@/ui";
import { Carried } from "./Carried";
import { Events } from "./Events";
import { Ladder } from "./Ladder";
import { Latency } from "./Latency";
import { Messages } from "./Messages";
import { usePlayer } from "./player";
import { Quality } from "./Quality";
import { Recording } from "./Recording";
import { Transcript } from "./Transcript";

type Detail = Schema["CallDetail"];

export default function CallPage() {
  const { id } = useParams<{ id: string }>();
  const { may } = useSession();
  const call = useQuery({
    queryKey: ["calls", "one", id],
    queryFn: ({ signal }) => ok(api.GET("/api/telephony/calls/{id}", { params: { path: { id } }, signal })),
  });
  useLiveEvents(
    ["call.*", "turn", "outcome", "recording", "summary", "dtmf", "message"],
    () => void queries.invalidateQueries({ queryKey: ["calls", "one", id] }),
    { call: id, enabled: may("events:read") && call.data !== undefined },
  );
  const back = (
    <Link href="/calls" className="inline-flex items-center gap-1.5 text-muted text-sm hover:text-link">
      <ArrowLeft className="size-4 rtl:-scale-x-100" aria-hidden />
      {t("Calls")}
    </Link>
  );
  if (call.isPending)
    return (
      <Page title={t("Call")} before={back}>
        <div className="grid gap-4 lg:grid-cols-3">
          <Skeleton className="h-72 lg:col-span-2" />
          <SkeletonList rows={5} />
        </div>
      </Page>
    );
  if (call.isLoadingError)
    return (
      <Page title={t("Call")} before={back}>
        <Card>
          {call.error instanceof ApiError && (call.error.status === 404 || call.error.status === 400) ? (
            <EmptyState
              icon={<PhoneOff />}
              title={t("There is no such call")}
              text={t("Its address may be mistyped, or the call was erased.")}
              action={
                <Button variant="primary" asChild>
                  <Link href="/calls">{t("All calls")}</Link>
                </Button>
              }
            />
          ) : (
            <ErrorState
              error={call.error}
              title={t("This call cannot be shown")}
              onRetry={() => void call.refetch()}
            />
          )}
        </Card>
      </Page>
    );
  // Anew when a recording comes: there is something to be played then.
  return <Shown key={String(call.data.recording !== null)} call={call.data} back={back} />;
}

function Shown({ call, back }: { call: Detail; back: React.ReactNode }) {
  const player = usePlayer();
  const outcome = outcomeOf(call);
  const recorded = call.recording !== null;
  const [tab, setTab] = useState("transcript");
  const agent = call.agent ?? t("Agent");
  return (
    <Page
      title={phoneNumber(otherSide(call))}
      before={back}
      badge={<Badge tone={outcome.tone}>{outcome.text}</Badge>}
      description={
        call.direction === "inbound"
          ? t("Called {number} on {when}", {
              number: phoneNumber(ourSide(call)),
              when: dateTime(call.started_at),
            })
          : t("Was called from {number} on {when}", {
              number: phoneNumber(ourSide(call)),
              when: dateTime(call.started_at),
            })
      }
      width="full"
      actions={<Actions call={call} />}
    >
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.9fr)_minmax(20rem,1fr)]">
        <div className="min-w-0 space-y-4">
          {recorded && <Recording call={call} player={player} />}
          <Card>
            <Tabs
              label={t("Parts of the call")}
              value={tab}
              onChange={setTab}
              tabs={[
                {
                  value: "transcript",
                  label: t("Transcript"),
                  icon: <MessageSquareText />,
                  content: call.transcript.length ? (
                    <Transcript lines={call.transcript} agent={agent} player={recorded ? player : null} />
                  ) : (
                    <NothingSaid call={call} />
                  ),
                },
                {
                  value: "events",
                  label: t("Events"),
                  icon: <ClipboardList />,
                  badge: call.events.length || undefined,
                  content: <Events events={call.events} />,
                },
                { value: "sip", label: t("SIP"), icon: <Network />, content: <Ladder id={call.id} /> },
              ]}
            />
          </Card>
        </div>
        <div className="min-w-0 space-y-4">
          <Outcome call={call} />
          <Latency lines={call.transcript} onSeek={recorded ? player.seek : null} />
          <Messages call={call} />
          <Facts call={call} />
          <Carried carried={call.carried} />
          <Quality call={call} />
        </div>
      </div>
    </Page>
  );
}

function Actions({ call }: { call: Detail }) {
  const file = (format: string) => () => {
    const link = document.createElement("a");
    link.href = `/api/telephony/calls/${call.id}/transcript?format=${format}`;
    link.download = `${call.id}.${format === "text" ? "txt" : format}`;
    link.click();
  };
  return (
    <>
      {call.live && (
        <Button variant="gold" icon={<Radio />} asChild>
          <Link href={`/live?call=${call.id}`}>{t("Watch it live")}</Link>
        </Button>
      )}
      <DropdownMenu
        trigger={<Button icon={<FileText />}>{t("Save transcript")}</Button>}
        entries={[
          { label: t("Text"), onSelect: file("text") },
          { label: t("Subtitles (SRT)"), onSelect: file("srt") },
          { label: t("Subtitles (WebVTT)"), onSelect: file("vtt") },
        ]}
      />
    </>
  );
}

/** What it came to: the summary, what is still to be done, and what flows achieved. */
function Outcome({ call }: { call: Detail }) {
  const summary = call.summary;
  const outcomes = call.outcomes ?? [];
  if (!summary?.summary && outcomes.length === 0) return null;
  return (
    <Card title={t("What it came to")}>
      {summary?.summary && (
        <p dir="auto" className="text-pretty text-fg text-sm leading-relaxed">
          {summary.summary}
        </p>
      )}
      {summary && summary.follow_ups.length > 0 && (
        <div className="mt-3">
          <p className="font-medium text-gold-text text-xs">{t("Still to be done")}</p>
          <ul className="mt-1 list-disc space-y-1 ps-5 text-fg text-sm" dir="auto">
            {summary.follow_ups.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      {outcomes.map((outcome) => (
        <div
          key={outcome.flow}
          className="mt-4 border-line border-t pt-3 first:mt-0 first:border-0 first:pt-0"
        >
          <p className="flex flex-wrap items-center justify-between gap-2 text-sm">
            <span dir="auto" className="truncate text-muted">
              {outcome.flow}
            </span>
            <Badge tone={outcomeOf({ ...call, live: false, outcomes: [outcome] }).tone}>
              {outcome.status}
            </Badge>
          </p>
          <KeyValue
            items={Object.entries(outcome.data).map(([name, value]) => [
              name.replaceAll("_", " "),
              <bdi key={name}>{typeof value === "object" ? JSON.stringify(value) : String(value)}</bdi>,
            ])}
          />
        </div>
      ))}
    </Card>
  );
}

function Facts({ call }: { call: Detail }) {
  const { may } = useSession();
  const used = useQuery({
    queryKey: ["usage", "call", call.id],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/usage/calls/{id}", { params: { path: { id: call.id } }, signal })),
    enabled: may("usage:read") && !call.live,
    retry: false,
  });
  const price = used.data?.cost ?? call.llm_cost ?? null;
  return (
    <Card title={t("The call")}>
      <KeyValue
        items={[
          [
            t("Agent"),
            call.agent
              ? t("{agent}, version {version}", { agent: call.agent, version: call.agent_version ?? 1 })
              : null,
          ],
          [
            t("Flow"),
            call.flows?.length ? call.flows.map((one) => `${one.flow} v${one.version}`).join(", ") : null,
          ],
          [t("Began"), dateTime(call.started_at)],
          [t("Talked"), talkedS(call) === null ? t("not at all") : clock(talkedS(call))],
          [
            t("Ended"),
            call.why
              ? `${call.why}${call.ended_by ? ` (${call.ended_by})` : ""}${call.code ? `, ${call.code}` : ""}`
              : null,
          ],
          [t("Cost"), price === null ? null : cost(price)],
          [t("Detail"), call.detail || null],
          [
            t("Id"),
            <span key="id" className="inline-flex items-center gap-1">
              <code className="font-mono text-xs">{call.id.slice(0, 8)}…</code>
              <CopyButton text={call.id} />
            </span>,
          ],
        ]}
      />
    </Card>
  );
}

function NothingSaid({ call }: { call: Detail }) {
  if (!call.answered_at)
    return (
      <EmptyState
        icon={<Mic />}
        title={t("Nobody answered")}
        text={call.why ? t("The call ended before: {why}.", { why: call.why }) : t("It is ringing.")}
      />
    );
  return (
    <EmptyState
      icon={<Mic />}
      title={t("Nothing was said")}
      text={tn(
        "No line of a transcript is kept of this call, and {count} event.",
        "No line of a transcript is kept of this call, and {count} events.",
        call.events.length,
      )}
    />
  );
}
