import { Eraser, ExternalLink, SlidersHorizontal } from "lucide-react";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { sessionLost } from "@/api/lost";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { Badge, Button, Card, cn, Page, Sheet } from "@/ui";
import { Composer } from "./Composer";
import { sessionAsJson, turnsAsCsv } from "./exports";
import { Metrics } from "./Metrics";
import { remember, remembered } from "./remembered";
import { SettingsPanel } from "./SettingsPanel";
import { Stage } from "./Stage";
import { aboutFault, missing, type Settings } from "./settings";
import { Studio, type StudioView } from "./studio";
import { Transcript } from "./Transcript";
import { useSpaceBar } from "./useSpaceBar";

export default function PlaygroundPage() {
  const studio = useMemo(() => new Studio(), []);
  const view = useSyncExternalStore(studio.watch, studio.look);
  const [settings, setSettings] = useState<Settings>(() => remembered(location.search));
  const [open, setOpen] = useState(false);
  const busy = view.phase === "talking" || view.phase === "opening";
  const lacks = lackText(settings);

  useEffect(() => {
    const leave = () => studio.leave();
    const wake = () => studio.wake();
    addEventListener("pagehide", leave);
    addEventListener("online", wake);
    return () => {
      removeEventListener("pagehide", leave);
      removeEventListener("online", wake);
      leave();
    };
  }, [studio]);
  useSpaceBar(studio, busy && settings.turns === "manual" && settings.mode !== "text");

  function change(next: Settings) {
    setSettings(next);
    remember(next);
    if (turnTaking(next) !== turnTaking(settings)) studio.adjust(next);
  }
  const begin = () => void studio.begin(settings);
  useActions([
    busy
      ? { id: "playground.end", label: t("Hang up"), run: () => studio.end() }
      : { id: "playground.begin", label: t("Talk to the agent"), keys: "t", run: begin },
  ]);
  const panel = <SettingsPanel settings={settings} onChange={change} busy={busy} />;
  return (
    <Page
      title={t("Playground")}
      description={t(
        "Talk to an agent by voice or in writing, see what it understood and what you heard, and where the time went.",
      )}
      width="full"
      actions={
        <>
          {!busy && view.talks.length > 0 && (
            <Button variant="ghost" icon={<Eraser />} onClick={() => studio.clear()}>
              {t("Clear")}
            </Button>
          )}
          <Button className="xl:hidden" icon={<SlidersHorizontal />} onClick={() => setOpen(true)}>
            {t("Settings")}
          </Button>
        </>
      }
    >
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-5">
          <Stage
            studio={studio}
            view={view}
            settings={settings}
            missing={lacks}
            onBegin={begin}
            onSignIn={sessionLost}
          />
          <Conversation studio={studio} view={view} settings={settings} busy={busy} />
          <Metrics sides={sidesOf(view)} onExport={(kind) => exported(kind, view, settings)} />
        </div>
        <aside className="hidden xl:block" aria-label={t("Settings")}>
          <Card title={t("Settings")} className="sticky top-20">
            <div className="scroll-quiet -me-3 max-h-[calc(100dvh-11rem)] overflow-y-auto pe-3">{panel}</div>
          </Card>
        </aside>
      </div>
      <Sheet open={open} onOpenChange={setOpen} title={t("Settings")}>
        {panel}
      </Sheet>
    </Page>
  );
}

interface ConversationProps {
  studio: Studio;
  view: StudioView;
  settings: Settings;
  busy: boolean;
}

function Conversation({ studio, view, settings, busy }: ConversationProps) {
  const two = settings.b !== null || view.talks.length > 1;
  const sides = two ? [0, 1] : [0];
  return (
    <Card flush className="flex flex-col">
      <div className={cn("grid min-h-0", two && "divide-line md:grid-cols-2 md:divide-x")}>
        {sides.map((side) => {
          const talk = view.talks[side];
          const planned = side === 0 ? settings.a : (settings.b ?? settings.a);
          const name = talk?.agent ?? planned[planned.partner === "flow" ? "flow" : "agent"];
          return (
            <section
              key={side}
              className="flex min-w-0 flex-col"
              aria-label={two ? letter(side) : t("Conversation")}
            >
              <header className="flex items-center justify-between gap-3 px-5 pt-4">
                <h2 className="flex min-w-0 items-center gap-2 font-display font-semibold text-[0.9375rem]">
                  {two && <Badge tone={view.audible === side ? "gold" : "neutral"}>{letter(side)}</Badge>}
                  <span className="truncate">{two ? name : t("Conversation")}</span>
                </h2>
                {talk?.call && (
                  <Button variant="ghost" size="sm" asChild>
                    <Link href={`/calls/${talk.call}`}>
                      <ExternalLink aria-hidden />
                      {t("The call's page")}
                    </Link>
                  </Button>
                )}
              </header>
              <Transcript
                lines={talk?.lines ?? []}
                label={two ? t("Transcript of {side}", { side: letter(side) }) : t("Transcript")}
                className="h-[22rem]"
              />
            </section>
          );
        })}
      </div>
      {settings.mode !== "voice" && (
        <Composer onSend={(words) => studio.type(words)} disabled={!busy || view.phase !== "talking"} />
      )}
    </Card>
  );
}

function letter(side: number): string {
  return side === 0 ? "A" : "B";
}

function sidesOf(view: StudioView) {
  if (view.talks.length === 0) return [{ name: "A", turns: [] }];
  return view.talks.map((talk, side) => ({ name: letter(side), turns: talk.turns }));
}

/** What may change while a conversation goes on. */
function turnTaking({ turns, sensitivity, patience, pauses }: Settings): string {
  return JSON.stringify([turns, sensitivity, patience, pauses]);
}

function lackText(settings: Settings): string {
  const sides = settings.b === null ? [settings.a] : [settings.a, settings.b];
  if (aboutFault(settings.about) !== null) return t("The data for the agent is no JSON object yet.");
  switch (sides.map((side) => missing(side, settings)).find((one) => one !== null)) {
    case "agent":
      return t("Choose an agent first.");
    case "flow":
      return t("Choose a flow first.");
    case "prompt":
      return t("Write a system prompt first.");
    default:
      return "";
  }
}

function exported(kind: "csv" | "json", view: StudioView, settings: Settings): void {
  const talks = view.talks.map((talk, side) => ({
    side: letter(side),
    agent: talk.agent,
    call: talk.call,
    settings: { ...settings, a: side === 0 ? settings.a : (settings.b ?? settings.a), b: undefined },
    lines: talk.lines,
    turns: talk.turns,
  }));
  const now = new Date();
  const text = kind === "csv" ? turnsAsCsv(talks) : sessionAsJson(talks, now);
  const type = kind === "csv" ? "text/csv" : "application/json";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = `playground-${now.toISOString().slice(0, 19).replaceAll(":", "-")}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
