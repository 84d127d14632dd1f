// The handset: a line that says how the phone stands, and below it the dialler or the call.
import { ArrowLeft, LogIn, PhoneOff, Power } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { t } from "@/app/i18n";
import type { PhoneCall } from "@/phone/call";
import { FaultNote } from "@/phone/FaultNote";
import { type Phone, softphone } from "@/phone/softphone";
import { phoneWords } from "@/phone/state";
import { switched } from "@/phone/switched";
import { usePhone } from "@/phone/usePhone";
import { Button, Card, EmptyState, StatusDot } from "@/ui";
import { CallView } from "./CallView";
import { Dialler } from "./Dialler";
import { Lines } from "./Lines";
import { TransferDialog } from "./TransferDialog";
import { useAgents } from "./useDirectory";

interface Props {
  allowed: boolean;
  /** The call on the screen; none: the dialler. */
  call: PhoneCall | undefined;
  /** One more call is dialled while another is up. */
  adding: boolean;
  typed: string;
  onTyped: (typed: string) => void;
  onAdd: (adding: boolean) => void;
  onDevices: () => void;
}

export function Handset({ allowed, call, adding, typed, onTyped, onAdd, onDevices }: Props) {
  const phone = usePhone();
  const agents = useAgents();
  const [transferring, setTransferring] = useState<string | null>(null);
  const { status, label } = phoneWords(phone);
  const moved = phone.calls.find((one) => one.id === transferring && one.state === "up");
  const isAgent = (party: string) =>
    party === "demo" || party === "echo" || (agents.data?.items.some(({ name }) => name === party) ?? false);
  return (
    <Card className="rounded-3xl lg:sticky lg:top-24" aria-label={t("Handset")}>
      <div className="mb-3 flex min-h-8 items-center justify-between gap-3" role="status">
        <StatusDot status={allowed ? status : "idle"} label={allowed ? label : t("Signed out")} />
        {adding && (
          <Button
            size="sm"
            variant="ghost"
            icon={<ArrowLeft className="rtl:-scale-x-100" />}
            onClick={() => onAdd(false)}
          >
            {t("Back to the call")}
          </Button>
        )}
      </div>
      {phone.fault && allowed && <PhoneFault phone={phone} />}
      {!allowed ? (
        <SignedOut />
      ) : phone.state === "off" ? (
        <SwitchedOff />
      ) : phone.state === "elsewhere" ? (
        <Elsewhere busy={phone.busyElsewhere} />
      ) : (
        <>
          <Lines calls={phone.calls} shown={call} />
          {call ? (
            <CallView
              key={call.id}
              call={call}
              agent={isAgent(call.party)}
              onAdd={() => onAdd(true)}
              onTransfer={() => setTransferring(call.id)}
              onDevices={onDevices}
            />
          ) : (
            <Dialler typed={typed} onTyped={onTyped} />
          )}
        </>
      )}
      {moved && <TransferDialog call={moved} onClose={() => setTransferring(null)} />}
    </Card>
  );
}

function PhoneFault({ phone }: { phone: Phone }) {
  if (phone.fault === null) return null;
  const again = phone.state === "refused" || phone.state === "lost";
  return (
    <FaultNote
      fault={phone.fault}
      className="mb-4"
      onClose={again ? undefined : () => softphone.dismissFault()}
      action={
        phone.state === "refused" && (
          <Button size="sm" onClick={() => softphone.retry()}>
            {t("Connect again")}
          </Button>
        )
      }
    />
  );
}

function SignedOut() {
  return (
    <EmptyState
      icon={<LogIn />}
      title={t("Sign in to make calls")}
      text={t(
        "With a key, or the link that the server printed when it started, this page is a telephone of your own.",
      )}
      action={
        <Button variant="primary" asChild>
          <Link href="/sign-in">{t("Sign in")}</Link>
        </Button>
      }
    />
  );
}

function SwitchedOff() {
  return (
    <EmptyState
      icon={<PhoneOff />}
      title={t("The phone is switched off")}
      text={t("Nobody can call you in this browser. Switched on, it rings on every page of the console.")}
      action={
        <Button
          variant="gold"
          size="lg"
          icon={<Power />}
          onClick={() => {
            switched(true);
            softphone.start(softphone.snapshot().guest);
          }}
        >
          {t("Switch on")}
        </Button>
      }
    />
  );
}

function Elsewhere({ busy }: { busy: boolean }) {
  return (
    <EmptyState
      icon={<PhoneOff />}
      title={t("The phone is open in another tab")}
      text={
        busy
          ? t("There is a call on it. When that is over, or the tab is closed, you can use it here.")
          : t("It rings there. You can use it here instead; the other tab then waits.")
      }
      action={
        <Button variant="primary" size="lg" disabled={busy} onClick={() => softphone.take()}>
          {t("Use it here")}
        </Button>
      }
    />
  );
}
