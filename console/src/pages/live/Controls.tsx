import { useMutation } from "@tanstack/react-query";
import { Ear, Hand, MessageCircle, PhoneOff, Send, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { FaultError } from "@/audio/fault";
import { inWords } from "@/phone/faults";
import { Button, ConfirmDialog, ErrorState, Input, Meter, toast } from "@/ui";
import { HandOver } from "./HandOver";
import { type Mode, Supervisor } from "./supervisor";

/** What a supervisor does with a call: listen, whisper, take it over, have something said, hang up. */
export function Controls({ call, answered }: { call: string; answered: boolean }) {
  const { may } = useSession();
  const seat = useRef<Supervisor | null>(null);
  const [mode, setMode] = useState<Mode | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<{ message: string; detail?: string } | null>(null);
  const [levels, setLevels] = useState({ call: 0, own: 0 });
  const [ending, setEnding] = useState(false);
  const [words, setWords] = useState("");
  useEffect(() => () => seat.current?.close(), []);

  async function take(wanted: Mode) {
    setBusy(true);
    setFault(null);
    try {
      if (seat.current) await seat.current.change(wanted);
      else
        seat.current = await Supervisor.open(call, wanted, {
          mode: setMode,
          level: (shown) => setLevels((known) => ({ ...known, call: shown })),
          own: (shown) => setLevels((known) => ({ ...known, own: shown })),
          closed: (why) => {
            seat.current = null;
            setMode(null);
            setLevels({ call: 0, own: 0 });
            if (why) setFault({ message: why });
          },
          fault: (message) => setFault({ message }),
        });
    } catch (error) {
      if (error instanceof FaultError) {
        const { title, help } = inWords(error.fault);
        setFault({ message: title, detail: help });
      } else setFault({ message: t("The call could not be joined."), detail: String(error) });
    } finally {
      setBusy(false);
    }
  }
  const say = useMutation({
    mutationFn: (text: string) =>
      ok(api.POST("/api/telephony/calls/{id}/say", { params: { path: { id: call } }, body: { text } })),
    onSuccess: () => setWords(""),
    onError: toast.error,
  });
  const listens = may("calls:listen");
  const acts = may("calls:write");
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap gap-2">
        {mode === null ? (
          <Button
            variant="primary"
            icon={<Ear />}
            loading={busy}
            disabled={!listens || !answered}
            onClick={() => void take("listen")}
          >
            {t("Listen")}
          </Button>
        ) : (
          <Button icon={<Square />} onClick={() => seat.current?.close()}>
            {t("Leave")}
          </Button>
        )}
        <Seat
          wanted="whisper"
          mode={mode}
          disabled={!listens || !acts || !answered || busy}
          onTake={take}
          icon={<MessageCircle />}
        >
          {t("Whisper")}
        </Seat>
        <Seat
          wanted="takeover"
          mode={mode}
          disabled={!listens || !acts || !answered || busy}
          onTake={take}
          icon={<Hand />}
        >
          {t("Take over")}
        </Seat>
        <HandOver call={call} disabled={!acts || !answered} />
        <Button
          variant="danger"
          icon={<PhoneOff />}
          disabled={!acts}
          onClick={() => setEnding(true)}
          className="ms-auto"
        >
          {t("Hang up")}
        </Button>
      </div>
      {mode !== null && (
        <div className="rounded-xl border border-gold/40 bg-gold-soft px-4 py-3" role="status">
          <p className="mb-2 text-fg text-sm">{aboutMode(mode)}</p>
          <div className="grid grid-cols-[5rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1.5 text-muted text-xs">
            <span>{t("The call")}</span>
            <Meter value={levels.call} label={t("How loud the call is")} />
            {mode !== "listen" && (
              <>
                <span>{t("You")}</span>
                <Meter value={levels.own} label={t("How loud you are")} />
              </>
            )}
          </div>
        </div>
      )}
      {fault && <ErrorState inline error={fault} />}
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (words.trim()) say.mutate(words.trim());
        }}
      >
        <Input
          aria-label={t("Have the agent say")}
          placeholder={t("Have the agent say…")}
          value={words}
          maxLength={1000}
          disabled={!acts || !answered}
          onChange={(event) => setWords(event.target.value)}
        />
        <Button
          type="submit"
          icon={<Send className="rtl:-scale-x-100" />}
          loading={say.isPending}
          disabled={!acts || !answered || !words.trim()}
        >
          {t("Say")}
        </Button>
      </form>
      <ConfirmDialog
        open={ending}
        onOpenChange={setEnding}
        danger
        title={t("Hang up this call?")}
        text={t("The caller is cut off at once. This stands in the audit log.")}
        action={t("Hang up")}
        onConfirm={async () => {
          await ok(api.POST("/api/telephony/calls/{id}/hangup", { params: { path: { id: call } } }));
        }}
      />
    </div>
  );
}

function Seat({
  wanted,
  mode,
  disabled,
  onTake,
  icon,
  children,
}: {
  wanted: Mode;
  mode: Mode | null;
  disabled: boolean;
  onTake: (mode: Mode) => Promise<void>;
  icon: React.ReactNode;
  children: string;
}) {
  const on = mode === wanted;
  return (
    <Button
      variant={on ? "gold" : "secondary"}
      icon={icon}
      aria-pressed={on}
      disabled={disabled}
      onClick={() => void onTake(on ? "listen" : wanted)}
    >
      {children}
    </Button>
  );
}

function aboutMode(mode: Mode): string {
  switch (mode) {
    case "listen":
      return t("You hear the call. Nobody hears you.");
    case "whisper":
      return t("You hear the call. The agent alone hears you.");
    case "barge":
      return t("You hear the call, and everybody hears you.");
    case "takeover":
      return t("The caller talks with you; the agent is set aside until you give the call back.");
  }
}
