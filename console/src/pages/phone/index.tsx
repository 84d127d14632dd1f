// The softphone's page: the handset at the start, what belongs to the call or the past beside it.
import { CodeXml, Power } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { isKey } from "@/audio/dtmf";
import { isAnswered } from "@/phone/call";
import { softphone } from "@/phone/softphone";
import { mayBegin, switched } from "@/phone/switched";
import { useCaptions, usePhone } from "@/phone/usePhone";
import { Button, Page } from "@/ui";
import { AgentCall } from "./AgentCall";
import { CaptionsPanel } from "./CaptionsPanel";
import { Contacts } from "./Contacts";
import { DevicesPanel } from "./DevicesPanel";
import { EmbedDialog } from "./EmbedDialog";
import { Handset } from "./Handset";
import { History } from "./History";
import { QualityPanel } from "./QualityPanel";

export default function PhonePage() {
  const phone = usePhone();
  const { session, ended, may } = useSession();
  const [search] = useSearchParams();
  const [typed, setTyped] = useState(() => search.get("to")?.slice(0, 128) ?? "");
  const [adding, setAdding] = useState(false);
  const [embedding, setEmbedding] = useState(false);
  const devices = useRef<HTMLDivElement>(null);
  const guest = session?.signed_in !== true;
  const allowed = guest ? session?.may_call_without_key === true : may("calls:write");
  const shown = phone.calls.find((call) => call.id === phone.shown);
  const captions = useCaptions(shown?.serverId ?? "");

  useEffect(() => {
    // A session that has ended is asked for again: until then the phone stays what it was, and keeps its calls.
    if (ended || !allowed || !mayBegin()) return;
    if (!guest) switched(true);
    softphone.start(guest);
  }, [ended, allowed, guest]);
  // One more call has been begun, or the last one is over: there is nothing to add any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another call on the screen is what it is about
  useEffect(() => setAdding(false), [phone.shown]);
  useDigits((key) => {
    if (shown !== undefined && !adding) softphone.press(key);
    else {
      softphone.press(key);
      setTyped((before) => (before + key).slice(0, 128));
    }
  });
  useCallActions();

  const dialling = shown === undefined || adding;
  const talking = shown && isAnswered(shown) ? shown : undefined;
  function choose(address: string) {
    setTyped(address);
    if (shown !== undefined) setAdding(true);
  }
  return (
    <Page
      title={t("Phone")}
      actions={
        allowed && (
          <>
            {!guest && (
              <Button variant="ghost" icon={<CodeXml />} onClick={() => setEmbedding(true)}>
                {t("For your site")}
              </Button>
            )}
            {phone.state !== "off" && (
              <Button
                variant="ghost"
                icon={<Power />}
                disabled={phone.calls.some(isAnswered)}
                onClick={() => {
                  switched(false);
                  softphone.stop();
                }}
              >
                {t("Switch off")}
              </Button>
            )}
          </>
        )
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-[24rem_minmax(0,1fr)]">
        <Handset
          allowed={allowed}
          call={dialling ? undefined : shown}
          adding={adding && shown !== undefined}
          typed={typed}
          onTyped={setTyped}
          onAdd={setAdding}
          onDevices={() => devices.current?.scrollIntoView({ behavior: "smooth", block: "center" })}
        />
        {/* Two columns where there is room; on a phone the order is another: what belongs to the call goes first. */}
        <div className="flex min-w-0 flex-col gap-6 xl:grid xl:grid-cols-2 xl:items-start">
          <div className="contents xl:grid xl:gap-6">
            {talking && <CaptionsPanel call={talking} captions={captions} />}
            <div className="order-2 grid min-w-0 gap-6">
              <History onChoose={choose} />
              {!guest && <Contacts onChoose={choose} />}
            </div>
          </div>
          <div className="contents xl:grid xl:gap-6">
            {talking && <QualityPanel call={talking} captions={captions} />}
            <div ref={devices} className="order-3 grid min-w-0 gap-6">
              <DevicesPanel />
              {!guest && <AgentCall />}
            </div>
          </div>
        </div>
      </div>
      {embedding && <EmbedDialog onClose={() => setEmbedding(false)} />}
    </Page>
  );
}

/** Digits of the keyboard, wherever nothing is typed. */
function useDigits(pressed: (key: Parameters<typeof softphone.press>[0]) => void) {
  const latest = useRef(pressed);
  latest.current = pressed;
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !isKey(event.key)) return;
      const at = event.target instanceof Element ? event.target : null;
      if (at?.closest("input,textarea,select,[contenteditable='true'],[role='dialog']")) return;
      event.preventDefault();
      latest.current(event.key);
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, []);
}

/** What the keyboard and the command palette can do with the call that is shown. */
function useCallActions() {
  const { calls, shown } = usePhone();
  const call = calls.find((one) => one.id === shown);
  const ringing = calls.find((one) => one.state === "ringing");
  const up = call?.state === "up";
  useActions([
    ...(ringing
      ? [{ id: "phone.answer", label: t("Answer"), keys: "a", run: () => void softphone.answer(ringing.id) }]
      : []),
    ...(call && up
      ? [
          {
            id: "phone.mute",
            label: call.muted ? t("Unmute") : t("Mute"),
            keys: "m",
            run: () => softphone.mute(call.id, !call.muted),
          },
          {
            id: "phone.hold",
            label: call.held ? t("Resume") : t("Hold"),
            keys: "h",
            run: () => softphone.hold(call.id, !call.held),
          },
        ]
      : []),
    ...(call && call.state !== "ended"
      ? [{ id: "phone.hangup", label: t("Hang up"), keys: "e", run: () => softphone.hangUp(call.id) }]
      : []),
  ]);
}
