import { PhoneIncoming, PhoneOutgoing } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import type { Schema } from "@/api";
import { partyName } from "@/api/address";
import { clock, phoneNumber, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, Button, Card, EmptyState, ErrorState, SkeletonList, StatusDot } from "@/ui";
import { useCalls } from "./data";

type Call = Schema["CallShown"];
const SHOWN = 6;

/** Calls that are up; below them the last ones. */
export function Calls() {
  const live = useCalls(true, SHOWN);
  const last = useCalls(false, SHOWN);
  const rows = [...(live.data?.items ?? []), ...(last.data?.items ?? [])].slice(0, SHOWN + 2);
  return (
    <Card
      flush
      title={t("Calls now and before")}
      actions={
        <Button size="sm" variant="ghost" asChild>
          <Link href="/calls">{t("All calls")}</Link>
        </Button>
      }
    >
      {last.isPending ? (
        <SkeletonList rows={4} />
      ) : last.isLoadingError ? (
        <ErrorState error={last.error} onRetry={() => void last.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState
          icon={<PhoneIncoming />}
          title={t("Nobody has called yet")}
          text={t("Calls stand here while they are up, and afterwards with what they came to.")}
          className="py-8"
        />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {rows.map((call) => (
            <li key={call.id}>
              <Line call={call} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Line({ call }: { call: Call }) {
  const Way = call.direction === "inbound" ? PhoneIncoming : PhoneOutgoing;
  const other = call.direction === "inbound" ? call.from_uri : call.to_uri;
  return (
    <Link
      href={call.live ? "/live" : `/calls/${call.id}`}
      className="flex items-center gap-3.5 px-5 py-3 text-sm transition-colors hover:bg-hover focus-visible:-outline-offset-2"
    >
      <Way
        className="size-4 shrink-0 text-faint rtl:-scale-x-100"
        aria-label={call.direction === "inbound" ? t("Came in") : t("Went out")}
      />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate font-medium text-fg">
          {phoneNumber(partyName(other))}
        </span>
        <span className="block truncate text-faint text-xs">
          {call.summary || [call.agent ?? call.app, relative(call.started_at)].join(" · ")}
        </span>
      </span>
      {call.live ? (
        <StatusDot status="live" label={t("Live")} />
      ) : (
        call.outcomes?.[0] && <Badge className="max-w-32">{call.outcomes[0].status}</Badge>
      )}
      <span className="figures w-12 shrink-0 text-end text-muted">
        {call.live ? <Running since={call.answered_at ?? call.started_at} /> : clock(lasted(call))}
      </span>
    </Link>
  );
}

function lasted(call: Call): number | null {
  if (!call.answered_at || !call.ended_at) return null;
  return (Date.parse(call.ended_at) - Date.parse(call.answered_at)) / 1000;
}

function Running({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return clock((now - Date.parse(since)) / 1000);
}
