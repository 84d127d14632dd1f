// Past calls by days: who, when, how long; one press calls back.
import {
  ArrowDownLeft,
  ArrowUpRight,
  History as Clock,
  FileText,
  Phone,
  PhoneMissed,
  PhoneOff,
} from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { clock, date, phoneNumber, time } from "@/app/format";
import { t } from "@/app/i18n";
import { byDay, type Past } from "@/phone/history";
import { softphone } from "@/phone/softphone";
import { usePhone } from "@/phone/usePhone";
import { Button, Card, cn, EmptyState, ErrorState, SkeletonList } from "@/ui";
import { useHistory } from "./useHistory";

const MOST_SHOWN = 100;

export function History({ onChoose }: { onChoose: (address: string) => void }) {
  const { entries, loading, error, retry } = useHistory();
  const { missed } = usePhone();
  useEffect(() => {
    if (missed > 0) softphone.seenMissed();
  }, [missed]);
  const empty = entries.length === 0;
  return (
    <Card title={t("Recent calls")} flush>
      {loading ? (
        <SkeletonList rows={5} />
      ) : error !== null && empty ? (
        <ErrorState error={error} title={t("Your calls could not be loaded")} onRetry={() => void retry()} />
      ) : empty ? (
        <EmptyState
          icon={<Clock />}
          title={t("No calls yet")}
          text={t(
            "Calls that you make and take here are listed. Begin with the demo agent: it books a room.",
          )}
          action={
            <Button icon={<Phone />} onClick={() => onChoose("demo")}>
              {t("Dial demo")}
            </Button>
          }
          className="py-10"
        />
      ) : (
        <div className="scroll-quiet max-h-[36rem] overflow-y-auto pb-2">
          {byDay(entries.slice(0, MOST_SHOWN)).map((day) => (
            <section key={day.at} aria-label={dayName(day.at)}>
              <h3 className="px-5 pt-3 pb-1.5 font-medium text-faint text-xs">{dayName(day.at)}</h3>
              <ul>
                {day.calls.map((call) => (
                  <Row key={call.id} call={call} onChoose={onChoose} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Card>
  );
}

function Row({ call, onChoose }: { call: Past; onChoose: (address: string) => void }) {
  const { Icon, words } = kindOf(call);
  return (
    <li className="flex items-center gap-1 px-2.5 hover:bg-hover">
      <button
        type="button"
        onClick={() => onChoose(call.party)}
        className="flex min-w-0 flex-1 items-center gap-3.5 rounded-xl px-2.5 py-2.5 text-start"
      >
        <Icon className={cn("size-4.5 shrink-0", call.missed ? "text-bad" : "text-faint")} aria-hidden />
        <span className="min-w-0 flex-1">
          <span
            dir="auto"
            className={cn("block truncate font-medium text-sm", call.missed ? "text-bad" : "text-fg")}
          >
            <bdi className="sr-only">{t("Dial")} </bdi>
            {phoneNumber(call.party)}
          </span>
          <span className="block truncate text-muted text-xs">{words}</span>
        </span>
        <span className="figures shrink-0 text-end text-muted text-xs">
          <span className="block">{time(call.at)}</span>
          {call.seconds !== null && <span className="block text-faint">{clock(call.seconds)}</span>}
        </span>
      </button>
      {call.page && (
        <Button variant="ghost" className="size-10 px-0" asChild>
          <Link
            href={`/calls/${call.id}`}
            aria-label={t("The page of the call with {party}", { party: call.party })}
          >
            <FileText />
          </Link>
        </Button>
      )}
    </li>
  );
}

function kindOf(call: Past) {
  if (call.missed) return { Icon: PhoneMissed, words: t("Missed") };
  if (call.failed) return { Icon: PhoneOff, words: t("Not answered") };
  return call.direction === "out"
    ? { Icon: ArrowUpRight, words: t("You called") }
    : { Icon: ArrowDownLeft, words: t("Called you") };
}

function dayName(at: number): string {
  const today = new Date().setHours(0, 0, 0, 0);
  if (at === today) return t("Today");
  const yesterday = new Date(today);
  yesterday.setDate(yesterday.getDate() - 1);
  return at === yesterday.getTime() ? t("Yesterday") : date(at);
}
