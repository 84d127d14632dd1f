// The call on the screen: with whom, how it stands, and all that can be done with it.
import {
  ArrowRightLeft,
  AudioLines,
  Grid3x3,
  Mic,
  MicOff,
  Pause,
  Phone as PhoneIcon,
  PhoneOff,
  Play,
  Plus,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { isAnswered, isOver, type PhoneCall, who } from "@/phone/call";
import { Face } from "@/phone/Face";
import { FaultNote } from "@/phone/FaultNote";
import { useLevel, useSeconds } from "@/phone/moving";
import { softphone } from "@/phone/softphone";
import { callWords } from "@/phone/state";
import { Button, cn } from "@/ui";
import { Keypad } from "./Keypad";
import { QualityBadge } from "./QualityBadge";

interface Props {
  call: PhoneCall;
  /** Opens the dialler for one more call. */
  onAdd: () => void;
  onTransfer: () => void;
  onDevices: () => void;
  agent: boolean;
}

export function CallView({ call, onAdd, onTransfer, onDevices, agent }: Props) {
  const [keys, setKeys] = useState(false);
  const seconds = useSeconds(isAnswered(call) ? call.answered : null);
  const up = call.state === "up";
  const free = up && call.lost === null && call.transfer === null;
  return (
    <div className="flex min-h-[33.5rem] flex-col items-center">
      <Speaker call={call} agent={agent} small={keys} />
      <h2 className="mt-4 max-w-full break-words text-center font-display font-semibold text-2xl text-fg leading-tight">
        {phoneNumber(who(call))}
      </h2>
      {call.name && <p className="mt-0.5 text-muted text-sm">{phoneNumber(call.party)}</p>}
      <p
        role="status"
        className={cn(
          "figures mt-1.5 text-base",
          call.lost === null ? "text-muted" : "animate-pulse text-warn",
        )}
      >
        {callWords(call, seconds)}
      </p>
      <div className="mt-2 h-6">
        {call.quality && up && call.lost === null && <QualityBadge quality={call.quality} />}
      </div>
      {call.fault && <FaultNote fault={call.fault} className="mt-3 w-full" />}
      {keys && up ? (
        <div className="mt-4 w-full">
          <p
            className="figures mb-3 h-8 truncate text-center font-display text-2xl text-fg"
            dir="ltr"
            aria-live="polite"
          >
            {call.digits}
          </p>
          <Keypad small onPress={(key) => softphone.press(key)} />
        </div>
      ) : (
        !isOver(call) &&
        call.state !== "ringing" && (
          <div className="mt-5 grid w-full grid-cols-3 gap-x-2 gap-y-4">
            <Control
              label={call.muted ? t("Unmute") : t("Mute")}
              on={call.muted}
              disabled={!up}
              icon={call.muted ? <MicOff /> : <Mic />}
              onClick={() => softphone.mute(call.id, !call.muted)}
            />
            <Control label={t("Keypad")} disabled={!up} icon={<Grid3x3 />} onClick={() => setKeys(true)} />
            <Control
              label={call.held ? t("Resume") : t("Hold")}
              on={call.held}
              disabled={!free || call.holding}
              icon={call.held ? <Play className="rtl:-scale-x-100" /> : <Pause />}
              onClick={() => softphone.hold(call.id, !call.held)}
            />
            <Control label={t("Transfer")} disabled={!free} icon={<ArrowRightLeft />} onClick={onTransfer} />
            <Control label={t("Add call")} disabled={!up} icon={<Plus />} onClick={onAdd} />
            <Control label={t("Devices")} icon={<AudioLines />} onClick={onDevices} />
          </div>
        )
      )}
      <div className="mt-auto flex w-full gap-3 pt-6">
        {keys && up && (
          <Button size="lg" className="h-15 flex-1 rounded-2xl" onClick={() => setKeys(false)}>
            {t("Hide keypad")}
          </Button>
        )}
        <Ends call={call} />
      </div>
    </div>
  );
}

/** What begins and ends a call: thumb-sized, always at the same place. */
function Ends({ call }: { call: PhoneCall }) {
  const wide = "h-15 flex-1 rounded-2xl text-lg [&_svg]:size-5.5";
  if (isOver(call))
    return (
      <>
        <Button className={wide} onClick={() => softphone.dismiss(call.id)}>
          {t("Close")}
        </Button>
        <Button variant="gold" className={wide} icon={<PhoneIcon />} onClick={() => again(call)}>
          {t("Call again")}
        </Button>
      </>
    );
  if (call.state === "ringing")
    return (
      <>
        <Button
          variant="danger"
          className={wide}
          icon={<PhoneOff />}
          onClick={() => softphone.refuse(call.id)}
        >
          {t("Refuse")}
        </Button>
        <Button
          className={cn(wide, "border-transparent bg-ok text-canvas hover:bg-ok hover:brightness-110")}
          icon={<PhoneIcon />}
          onClick={() => void softphone.answer(call.id)}
        >
          {t("Answer")}
        </Button>
      </>
    );
  return (
    <Button variant="danger" className={wide} icon={<PhoneOff />} onClick={() => softphone.hangUp(call.id)}>
      {t("Hang up")}
    </Button>
  );
}

function again(call: PhoneCall) {
  softphone.dismiss(call.id);
  void softphone.call(call.party);
}

/** The other side's face, with a halo that follows its voice. */
function Speaker({ call, agent, small }: { call: PhoneCall; agent: boolean; small: boolean }) {
  const level = useLevel(call.state === "up" ? softphone.heardOf(call.id) : null);
  const waiting = call.state === "ringing" || call.state === "calling" || call.state === "alerting";
  return (
    <div className={cn("relative mt-3 transition-opacity", (call.held || isOver(call)) && "opacity-60")}>
      <span
        aria-hidden
        className="absolute inset-0 rounded-full bg-primary/40 transition-transform duration-75"
        style={{ transform: `scale(${1 + 0.45 * level})` }}
      />
      <Face
        name={call.name || call.party}
        agent={agent}
        size={small ? "md" : "lg"}
        className={cn("relative shadow-glow", waiting && "animate-ring")}
      />
    </div>
  );
}

interface ControlProps {
  label: string;
  icon: ReactNode;
  on?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function Control({ label, icon, on, disabled, onClick }: ControlProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      disabled={disabled}
      onClick={onClick}
      className="group flex flex-col items-center gap-1.5 rounded-2xl text-muted text-xs transition-colors hover:text-fg disabled:cursor-not-allowed disabled:opacity-40"
    >
      <span
        className={cn(
          "grid size-16 place-items-center rounded-full border border-line-strong/40 bg-hover text-fg transition-colors group-enabled:group-hover:bg-selected [&_svg]:size-6",
          on && "border-transparent bg-fg text-canvas group-enabled:group-hover:bg-fg",
        )}
      >
        {icon}
      </span>
      {label}
    </button>
  );
}
