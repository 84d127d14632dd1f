// The phone while another page is open: a card for a call that comes in, a bar for the one that is up. It also switches the phone on where it was on at the last visit.
import { Mic, MicOff, Pause, Phone as PhoneIcon, PhoneOff, X } from "lucide-react";
import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Button, cn, IconButton } from "@/ui";
import { isAnswered, isOver, type PhoneCall, who } from "./call";
import { Face } from "./Face";
import { FaultNote } from "./FaultNote";
import { useSeconds } from "./moving";
import { softphone } from "./softphone";
import { callWords } from "./state";
import { isOn } from "./switched";
import { usePhone } from "./usePhone";

export default function Dock() {
  const phone = usePhone();
  const [path] = useLocation();
  const { session, may } = useSession();
  const on = session?.signed_in === true && may("calls:write");
  useEffect(() => {
    if (on && isOn()) softphone.start(false);
  }, [on]);
  if (path === "/phone" || phone.calls.length === 0) return null;
  const ringing = phone.calls.find((call) => call.state === "ringing");
  const shown = phone.calls.find((call) => call.id === phone.shown);
  return (
    <aside
      aria-label={t("Phone")}
      className="fixed inset-x-3 bottom-3 z-40 flex flex-col gap-2 sm:inset-x-auto sm:end-5 sm:bottom-5 sm:w-88"
    >
      {ringing && <Incoming call={ringing} />}
      {shown && shown !== ringing && <Bar call={shown} />}
    </aside>
  );
}

function Incoming({ call }: { call: PhoneCall }) {
  return (
    <div
      role="alertdialog"
      aria-label={t("{from} is calling", { from: who(call) })}
      className="glass animate-in rounded-2xl bg-raised/90 p-4"
    >
      <div className="flex items-center gap-3">
        <Face name={call.name} className="animate-ring" />
        <div className="min-w-0">
          <p dir="auto" className="truncate font-display font-semibold text-fg">
            {who(call)}
          </p>
          <p className="truncate text-muted text-sm">{call.name ? call.party : t("Incoming call")}</p>
        </div>
      </div>
      {call.fault && <FaultNote fault={call.fault} className="mt-3" />}
      <div className="mt-4 grid grid-cols-2 gap-2">
        <Button variant="danger" size="lg" icon={<PhoneOff />} onClick={() => softphone.refuse(call.id)}>
          {t("Refuse")}
        </Button>
        <Button
          size="lg"
          icon={<PhoneIcon />}
          className="border-transparent bg-ok text-canvas hover:bg-ok hover:brightness-110"
          onClick={() => void softphone.answer(call.id)}
        >
          {t("Answer")}
        </Button>
      </div>
    </div>
  );
}

function Bar({ call }: { call: PhoneCall }) {
  const seconds = useSeconds(isAnswered(call) ? call.answered : null);
  const over = isOver(call);
  return (
    <div
      className={cn(
        "glass animate-in rounded-2xl bg-raised/90 p-2.5",
        call.lost !== null && "border-warn/50",
      )}
    >
      <div className="flex items-center gap-2.5">
        <Link
          href="/phone"
          className="flex min-w-0 flex-1 items-center gap-3 rounded-xl p-1"
          aria-label={t("Open the phone")}
        >
          <Face name={call.name || call.party} size="sm" />
          <span className="min-w-0">
            <span dir="auto" className="block truncate font-medium text-fg text-sm">
              {who(call)}
            </span>
            <span role="status" className="figures block truncate text-muted text-xs">
              {callWords(call, seconds)}
            </span>
          </span>
        </Link>
        {call.state === "up" && (
          <>
            <IconButton
              label={call.muted ? t("Unmute") : t("Mute")}
              pressed={call.muted}
              onClick={() => softphone.mute(call.id, !call.muted)}
            >
              {call.muted ? <MicOff /> : <Mic />}
            </IconButton>
            <IconButton
              label={call.held ? t("Take off hold") : t("Hold")}
              pressed={call.held}
              disabled={call.holding || call.lost !== null}
              onClick={() => softphone.hold(call.id, !call.held)}
            >
              <Pause />
            </IconButton>
          </>
        )}
        {!over && (
          <IconButton label={t("Hang up")} variant="danger" onClick={() => softphone.hangUp(call.id)}>
            <PhoneOff />
          </IconButton>
        )}
        {over && (
          <IconButton label={t("Close")} onClick={() => softphone.dismiss(call.id)}>
            <X />
          </IconButton>
        )}
      </div>
      {call.fault && <FaultNote fault={call.fault} className="mt-2" />}
    </div>
  );
}
