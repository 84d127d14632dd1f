import { PhoneIncoming, PhoneOutgoing } from "lucide-react";
import { memo } from "react";
import { otherSide } from "@/api";
import { ms, phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { cn, StatusDot } from "@/ui";
import { type LiveCall, merged } from "./board";
import { Elapsed } from "./Elapsed";
import { useBefore } from "./useBefore";

const SHOWN = 2;

/** One call that is up, on the board: who, since when, and what was said last. */
export const LiveCard = memo(function LiveCard({
  call,
  chosen,
  onChoose,
}: {
  call: LiveCall;
  chosen: boolean;
  onChoose: (id: string) => void;
}) {
  const Arrow = call.direction === "inbound" ? PhoneIncoming : PhoneOutgoing;
  const before = useBefore(call, call.lines.length < SHOWN);
  const last = merged(before, call.lines).slice(-SHOWN);
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={() => onChoose(call.id)}
      className={cn(
        "glass flex h-44 min-w-0 flex-col rounded-2xl p-4 text-start transition-colors hover:bg-hover",
        chosen && "border-gold/60 bg-selected",
        call.ended !== null && "opacity-70",
      )}
    >
      <span className="flex w-full items-center gap-2">
        <Arrow
          role="img"
          aria-label={call.direction === "inbound" ? t("Came in") : t("Went out")}
          className="size-4 shrink-0 text-gold-text rtl:-scale-x-100"
        />
        <span dir="auto" className="figures min-w-0 flex-1 truncate font-medium text-fg">
          {phoneNumber(otherSide(call))}
        </span>
        {call.ended === null && <Elapsed since={call.answeredAt ?? call.startedAt} />}
      </span>
      <span className="mt-1 flex w-full items-center justify-between gap-2 text-xs">
        <StatusDot
          status={call.ended !== null ? "idle" : call.answeredAt ? "live" : "warn"}
          label={
            call.ended !== null
              ? call.ended || t("Over")
              : call.answeredAt
                ? (call.agent ?? t("Connected"))
                : t("Ringing")
          }
          className="text-xs"
        />
        {call.latency !== null && <span className="figures text-faint">{ms(call.latency)}</span>}
      </span>
      <span
        className="mt-3 flex min-h-0 w-full flex-1 flex-col justify-end gap-1 overflow-hidden text-sm"
        dir="auto"
      >
        {last.map((line) => (
          <span
            key={line.index}
            className={cn("line-clamp-2", line.speaker === "caller" ? "text-info" : "text-muted")}
          >
            {line.text || "…"}
          </span>
        ))}
        {call.partial && <span className="line-clamp-1 text-info italic opacity-80">{call.partial}</span>}
        {last.length === 0 && !call.partial && (
          <span className="text-faint">
            {call.answeredAt ? t("Nothing said yet") : t("Waiting for an answer")}
          </span>
        )}
      </span>
    </button>
  );
});
