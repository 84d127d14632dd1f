// The calls beside the one on the screen: change to them, answer, refuse, join.
import { Merge, Phone, PhoneOff } from "lucide-react";
import { t } from "@/app/i18n";
import { isAnswered, isOver, type PhoneCall, who } from "@/phone/call";
import { Face } from "@/phone/Face";
import { useSeconds } from "@/phone/moving";
import { softphone } from "@/phone/softphone";
import { callWords } from "@/phone/state";
import { Button, cn, IconButton } from "@/ui";

export function Lines({ calls, shown }: { calls: readonly PhoneCall[]; shown: PhoneCall | undefined }) {
  const others = calls.filter((call) => call !== shown && !isOver(call));
  if (others.length === 0) return null;
  const joinable = shown?.state === "up" ? others.find((call) => call.state === "up") : undefined;
  return (
    <div className="mb-4 space-y-2">
      {others.map((call) => (
        <Other key={call.id} call={call} />
      ))}
      {shown && joinable && (
        <Button
          className="w-full"
          icon={<Merge className="rotate-90" />}
          disabled={shown.transfer !== null || joinable.transfer !== null}
          onClick={() => softphone.join(joinable.id, shown.id)}
        >
          <span className="truncate">
            {t("Connect {one} with {other}", { one: who(joinable), other: who(shown) })}
          </span>
        </Button>
      )}
    </div>
  );
}

function Other({ call }: { call: PhoneCall }) {
  const seconds = useSeconds(isAnswered(call) ? call.answered : null);
  const ringing = call.state === "ringing";
  return (
    <div
      role={ringing ? "alert" : undefined}
      className={cn(
        "flex items-center gap-1.5 rounded-2xl border border-line bg-hover p-2",
        ringing && "border-ok/50 bg-ok-soft",
      )}
    >
      <button
        type="button"
        onClick={() => (ringing ? void softphone.answer(call.id) : softphone.show(call.id))}
        className="flex min-w-0 flex-1 items-center gap-3 rounded-xl p-1 text-start"
      >
        <Face name={call.name || call.party} size="sm" />
        <span className="min-w-0">
          <span dir="auto" className="block truncate font-medium text-fg text-sm">
            {who(call)}
          </span>
          <span className="figures block truncate text-muted text-xs">{callWords(call, seconds)}</span>
        </span>
      </button>
      {ringing && (
        <IconButton
          label={t("Answer {name}, and hold the other call", { name: who(call) })}
          className="bg-ok text-canvas hover:bg-ok hover:text-canvas hover:brightness-110"
          onClick={() => void softphone.answer(call.id)}
        >
          <Phone />
        </IconButton>
      )}
      <IconButton
        label={ringing ? t("Refuse {name}", { name: who(call) }) : t("Hang up {name}", { name: who(call) })}
        variant="danger"
        onClick={() => (ringing ? softphone.refuse(call.id) : softphone.hangUp(call.id))}
      >
        <PhoneOff />
      </IconButton>
    </div>
  );
}
