import { useQuery } from "@tanstack/react-query";
import {
  ArrowUp,
  Headset,
  MessageSquareText,
  Mic,
  PhoneIncoming,
  PhoneOutgoing,
  Search,
  Voicemail,
} from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import {
  api,
  ok,
  otherSide,
  ourSide,
  outcomeOf,
  type Schema,
  talkedS,
  useKeyset,
  useLiveEvents,
} from "@/api";
import { clock, dateTime, phoneNumber, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import {
  Badge,
  Button,
  Card,
  type Column,
  Combobox,
  EmptyState,
  ErrorState,
  Input,
  Page,
  SearchInput,
  Segmented,
  Select,
  SkeletonList,
  Table,
} from "@/ui";
import { asked, type Filters, narrowed, type Period, read, written } from "./filters";
import { Marked } from "./Marked";

type Call = Schema["CallShown"];
const AT_ONCE = 100;
/** While no more than this was scrolled through, the list follows what happens by itself. */
const FOLLOWED = 2 * AT_ONCE;

export default function CallsPage() {
  const [, go] = useLocation();
  const search = useSearch();
  const filters = read(search);
  const set = (changed: Partial<Filters>) =>
    go(`/calls${written({ ...filters, ...changed })}`, { replace: true });
  const [q, setQ] = useLate(filters.q, (text) => set({ q: text }));
  const [party, setParty] = useLate(filters.party, (text) => set({ party: text }));
  const { may } = useSession();
  const agents = useQuery({
    queryKey: ["agents", "names"],
    queryFn: ({ signal }) => ok(api.GET("/api/agents", { params: { query: { limit: 200 } }, signal })),
    enabled: may("agents:read"),
  });
  const list = useKeyset(["calls", filters], (cursor, signal) =>
    ok(
      api.GET("/api/telephony/calls", {
        params: { query: { ...asked(filters, new Date()), limit: AT_ONCE, cursor } },
        signal,
      }),
    ),
  );
  const shown = useMemo(() => columns(filters.q), [filters.q]);
  const [news, setNews] = useState(0);
  useLiveEvents(
    ["call.started", "call.ended"],
    (event) => {
      if (list.rows.length <= FOLLOWED) void list.refetch();
      else if (event.topic === "call.started") setNews((many) => many + 1);
    },
    { enabled: may("events:read"), onGap: () => void list.refetch() },
  );
  const showNews = () => {
    setNews(0);
    void list.refetch();
  };
  return (
    <Page
      title={t("Calls")}
      description={t("Every call, the newest first. Search for what was said in them.")}
      width="full"
    >
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchInput
          label={t("Search what was said")}
          value={q}
          onChange={setQ}
          className="min-w-64 basis-72"
        />
        <div className="w-full sm:w-52">
          <Input
            aria-label={t("Number or address")}
            placeholder={t("Number or address")}
            icon={<Search />}
            value={party}
            onChange={(event) => setParty(event.target.value)}
            className="w-full"
          />
        </div>
        <Combobox
          aria-label={t("Agent")}
          placeholder={t("Any agent")}
          value={filters.agent}
          onChange={(agent) => set({ agent })}
          choices={[
            { value: "", label: t("Any agent") },
            ...(agents.data?.items ?? []).map((one) => ({ value: one.name, label: one.name })),
          ]}
          free
          className="w-44"
        />
        <Select
          aria-label={t("Direction")}
          value={filters.direction || "any"}
          onChange={(chosen) =>
            set({ direction: chosen === "inbound" || chosen === "outbound" ? chosen : "" })
          }
          choices={[
            { value: "any", label: t("In and out") },
            { value: "inbound", label: t("Came in") },
            { value: "outbound", label: t("Went out") },
          ]}
        />
        <Segmented<Period>
          label={t("Period")}
          value={filters.period}
          onChange={(period) => set({ period })}
          choices={[
            { value: "today", label: t("Today") },
            { value: "week", label: t("7 days") },
            { value: "month", label: t("30 days") },
            { value: "all", label: t("All") },
          ]}
        />
        {filters.outcome && (
          <Button size="sm" variant="ghost" onClick={() => set({ outcome: "" })}>
            {t("Outcome: {outcome}", { outcome: filters.outcome })} ×
          </Button>
        )}
      </div>
      {news > 0 && (
        <div className="pointer-events-none sticky top-2 z-20 mb-2 flex justify-center">
          <Button
            size="sm"
            variant="gold"
            icon={<ArrowUp />}
            onClick={showNews}
            className="pointer-events-auto"
          >
            {tn("{count} new call", "{count} new calls", news)}
          </Button>
        </div>
      )}
      <Card flush>
        {list.isPending ? (
          <SkeletonList rows={10} />
        ) : list.isError && list.rows.length === 0 ? (
          <ErrorState
            error={list.error}
            title={t("The calls could not be loaded")}
            onRetry={() => void list.refetch()}
          />
        ) : list.rows.length === 0 ? (
          <Nothing filters={filters} onAll={() => go("/calls", { replace: true })} />
        ) : (
          <Table<Call>
            label={t("Calls")}
            rows={list.rows}
            rowKey={(call) => call.id}
            rowHeight={64}
            height="calc(100dvh - 15.5rem)"
            onEnd={list.more}
            onOpen={(call) => go(`/calls/${call.id}`)}
            columns={shown}
            foot={
              list.isFetchingNextPage ? (
                t("Loading more…")
              ) : list.isFetchNextPageError ? (
                <Button size="sm" onClick={() => void list.fetchNextPage()}>
                  {t("Older calls could not be loaded: try again")}
                </Button>
              ) : list.hasNextPage ? undefined : (
                tn("{count} call", "{count} calls", list.rows.length)
              )
            }
          />
        )}
      </Card>
    </Page>
  );
}

function columns(searched: string): Column<Call>[] {
  return [
    { id: "who", header: t("Who"), width: "minmax(11rem,1.1fr)", cell: (call) => <Who call={call} /> },
    {
      id: "when",
      header: t("When"),
      width: "8.5rem",
      wide: true,
      cell: (call) => (
        <span title={dateTime(call.started_at)} className="text-muted">
          {relative(call.started_at)}
        </span>
      ),
    },
    {
      id: "about",
      header: searched ? t("Said") : t("What it came to"),
      width: "minmax(0,2.6fr)",
      wide: true,
      cell: (call) => (
        <p dir="auto" className="line-clamp-2 whitespace-normal text-muted leading-snug">
          {searched && call.found ? <Marked text={call.found} searched={searched} /> : call.summary}
        </p>
      ),
    },
    {
      id: "outcome",
      header: t("Outcome"),
      width: "minmax(6.5rem,9.5rem)",
      cell: (call) => {
        const outcome = outcomeOf(call);
        return <Badge tone={outcome.tone}>{outcome.text}</Badge>;
      },
    },
    {
      id: "left",
      header: <span className="sr-only">{t("Kept")}</span>,
      width: "4.5rem",
      wide: true,
      cell: (call) => <Kept call={call} />,
    },
    {
      id: "length",
      header: t("Length"),
      width: "4.5rem",
      align: "end",
      cell: (call) => clock(talkedS(call)),
    },
  ];
}

function Who({ call }: { call: Call }) {
  const inbound = call.direction === "inbound";
  const Arrow = inbound ? PhoneIncoming : PhoneOutgoing;
  return (
    <span className="flex min-w-0 items-center gap-3">
      <span
        role="img"
        aria-label={inbound ? t("Came in") : t("Went out")}
        className={`grid size-9 shrink-0 place-items-center rounded-xl ${inbound ? "bg-info-soft text-info" : "bg-gold-soft text-gold-text"}`}
      >
        <Arrow className="size-4 rtl:-scale-x-100" aria-hidden />
      </span>
      <span className="min-w-0">
        <span dir="auto" className="figures block truncate font-medium text-fg">
          {phoneNumber(otherSide(call))}
        </span>
        <span className="block truncate text-faint text-xs">
          {call.agent ?? phoneNumber(ourSide(call))}
          <span className="sm:hidden"> · {relative(call.started_at)}</span>
        </span>
      </span>
    </span>
  );
}

/** What is there of it beside its row. */
function Kept({ call }: { call: Call }) {
  return (
    <span className="flex items-center gap-2 text-faint [&_svg]:size-4">
      {call.recorded && <Mic aria-label={t("Recorded")} />}
      {(call.turns ?? 0) > 0 && <MessageSquareText aria-label={t("Transcript")} />}
      {(call.messages_left ?? 0) > 0 && <Voicemail aria-label={t("A message was left")} />}
    </span>
  );
}

function Nothing({ filters, onAll }: { filters: Filters; onAll: () => void }) {
  if (narrowed(filters))
    return (
      <EmptyState
        icon={<Search />}
        title={t("No call fits")}
        text={t(
          "Words are found by their beginnings, in all calls whose transcript is kept. Try fewer of them, or a longer period.",
        )}
        action={<Button onClick={onAll}>{t("Show all calls")}</Button>}
      />
    );
  return (
    <EmptyState
      icon={<Headset />}
      title={t("No calls yet")}
      text={t(
        "Call the demo agent from this browser, or dial its address with any SIP phone. Each call is listed here as it rings.",
      )}
      action={
        <Button variant="primary" asChild>
          <a href="/phone">{t("Open the phone")}</a>
        </Button>
      }
    />
  );
}

const LATE_MS = 250;

/** What is typed, shown at once and told when nobody types any more. */
function useLate(value: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== told) {
    // The address has changed by itself: a way back.
    setTold(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => tell(typed), LATE_MS);
    return () => clearTimeout(timer);
  });
  return [typed, setTyped];
}
