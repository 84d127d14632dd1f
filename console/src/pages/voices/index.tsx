import { useQuery } from "@tanstack/react-query";
import { AudioLines, GitCompareArrows, SearchX } from "lucide-react";
import {
  type KeyboardEvent,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useActions } from "@/app/actions";
import { ms, number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { voicesQuery } from "@/parts/data";
import { Badge, Button, Card, EmptyState, ErrorState, Field, Input, Page, Skeleton, toast } from "@/ui";
import { Compare } from "./Compare";
import { Filters } from "./Filters";
import { ANY, fits, nearest, standingOf, type Voice, type VoiceWish } from "./filter";
import { useKeptVoices } from "./kept";
import { type PlayerView, VoicePlayer } from "./player";
import { VoiceCard } from "./VoiceCard";
import { VoiceSheet } from "./VoiceSheet";

const MOST_TEXT = 1_000;

export default function VoicesPage() {
  const voices = useQuery(voicesQuery);
  const kept = useKeptVoices();
  const player = useMemo(() => new VoicePlayer(), []);
  const view = useSyncExternalStore(player.watch, player.look);
  const [wish, setWish] = useState<VoiceWish>(ANY);
  const [text, setText] = useState("");
  const [opened, setOpened] = useState<Voice | null>(null);
  const [compared, setCompared] = useState<readonly Voice[]>([]);
  const [comparing, setComparing] = useState(false);
  const latest = useDeferredValue(wish);
  const all = voices.data ?? [];
  const shown = useMemo(
    () =>
      nearest(
        (voices.data ?? []).filter((one) => fits(one, latest, kept.ids)),
        navigator.language,
      ),
    [voices.data, latest, kept.ids],
  );

  useEffect(() => () => player.stop(), [player]);
  useActions([{ id: "voices.stop", label: t("Stop the voice"), keys: "s", run: () => player.stop() }]);
  const play = (voice: Voice) => void player.toggle(voice.id, text.trim());

  function compare(voice: Voice) {
    if (compared.some((one) => one.id === voice.id))
      setCompared(compared.filter((one) => one.id !== voice.id));
    else if (compared.length === 2) toast.info(t("Two are compared: take one away first."));
    else setCompared([...compared, voice]);
  }
  return (
    <Page
      title={t("Voices")}
      description={t(
        "All that agents can speak with, and how each stands on this machine. Arrow keys move, Enter plays.",
      )}
      width="full"
      badge={voices.data && <Badge tone="gold">{tn("{count} voice", "{count} voices", all.length)}</Badge>}
      actions={
        <Button
          icon={<GitCompareArrows />}
          variant={compared.length === 2 ? "gold" : "secondary"}
          disabled={compared.length !== 2}
          onClick={() => setComparing(true)}
        >
          {compared.length === 2
            ? t("Compare {one} and {other}", { one: compared[0]?.name ?? "", other: compared[1]?.name ?? "" })
            : t("Compare two ({count} chosen)", { count: compared.length })}
        </Button>
      }
    >
      <Card className="mb-5">
        <div className="space-y-4">
          <Filters voices={all} wish={wish} onChange={setWish} keeps={kept.able} />
          <Field
            label={t("Your own text")}
            hint={t(
              "Spoken in place of a voice's sentence, as it is made. Empty: the sentence in its own language.",
            )}
            aside={<Heard view={view} />}
          >
            <Input
              value={text}
              maxLength={MOST_TEXT}
              onChange={(event) => setText(event.target.value)}
              placeholder={t("Good morning! How may I help you?")}
            />
          </Field>
        </div>
      </Card>
      {voices.isPending ? (
        <Waiting />
      ) : voices.isLoadingError ? (
        <Card>
          <ErrorState
            error={voices.error}
            title={t("The voices could not be loaded")}
            onRetry={voices.refetch}
          />
        </Card>
      ) : (
        <>
          <Summary all={all} shown={shown} />
          {shown.length === 0 ? (
            <Card>
              <EmptyState
                icon={all.length === 0 ? <AudioLines /> : <SearchX />}
                title={all.length === 0 ? t("No voices here") : t("No voice fits all of that")}
                text={
                  all.length === 0
                    ? t("Install an engine that speaks: `voiceforge engines list` shows them.")
                    : t("Take a filter away, or search for something else.")
                }
                action={all.length > 0 && <Button onClick={() => setWish(ANY)}>{t("Show all")}</Button>}
              />
            </Card>
          ) : (
            <Grid>
              {shown.map((voice) => (
                <VoiceCard
                  key={voice.id}
                  voice={voice}
                  player={view}
                  kept={kept}
                  compared={compared.some((one) => one.id === voice.id)}
                  onPlay={play}
                  onOpen={setOpened}
                  onCompare={compare}
                />
              ))}
            </Grid>
          )}
        </>
      )}
      <VoiceSheet voice={opened} player={view} onPlay={play} onClose={() => setOpened(null)} />
      {comparing && (
        <Compare
          voices={compared}
          player={player}
          view={view}
          text={text}
          onText={setText}
          onClose={() => setComparing(false)}
        />
      )}
    </Page>
  );
}

function Heard({ view }: { view: PlayerView }) {
  if (view.firstMs === null) return null;
  return (
    <span role="status">
      {t("{engine}: first sound after {time}", { engine: view.engine, time: ms(view.firstMs) })}
    </span>
  );
}

function Summary({ all, shown }: { all: readonly Voice[]; shown: readonly Voice[] }) {
  const languages = new Set(shown.map((one) => one.language_name)).size;
  const own = shown.filter((one) => standingOf(one) === "own").length;
  const ready = shown.filter((one) => one.ready).length;
  return (
    <p className="mb-3 text-muted text-sm" role="status">
      {shown.length === all.length
        ? tn("{count} voice", "{count} voices", all.length)
        : tn("{shown} of {count} voice", "{shown} of {count} voices", all.length, {
            shown: number(shown.length),
          })}
      {" · "}
      {tn("{count} language", "{count} languages", languages)}
      {" · "}
      {t("{ready} can speak here, {own} as designed", { ready, own })}
    </p>
  );
}

/** Arrow keys go from voice to voice as they lie on the screen. */
function Grid({ children }: { children: React.ReactNode }) {
  const list = useRef<HTMLUListElement>(null);
  function pressed(event: KeyboardEvent) {
    const from = event.target instanceof HTMLElement && event.target.closest<HTMLElement>("[data-play]");
    if (!from || !event.key.startsWith("Arrow") || list.current === null) return;
    const buttons = [...list.current.querySelectorAll<HTMLElement>("[data-play]:not(:disabled)")];
    const next = neighbour(from, buttons, event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    next.closest("li")?.scrollIntoView({ block: "nearest" });
  }
  return (
    <ul
      ref={list}
      onKeyDown={pressed}
      aria-label={t("Voices")}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-4"
    >
      {children}
    </ul>
  );
}

/** The button that lies there as it is seen, whatever the direction of writing. */
function neighbour(from: HTMLElement, buttons: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const own = from.getBoundingClientRect();
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const placed = buttons.map((button) => {
    const { left, top } = button.getBoundingClientRect();
    return { button, x: left - own.left, y: top - own.top };
  });
  const near = placed
    .filter(({ x, y }) => (sideways ? Math.abs(y) < 8 && x * sign > 8 : y * sign > 8))
    .sort((a, b) =>
      sideways
        ? Math.abs(a.x) - Math.abs(b.x)
        : Math.abs(a.y) - Math.abs(b.y) || Math.abs(a.x) - Math.abs(b.x),
    );
  return near[0]?.button;
}

function Waiting() {
  return (
    <div
      role="status"
      aria-label={t("Loading…")}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-4"
    >
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards without an identity
        <div key={index} className="glass space-y-3 rounded-2xl p-4">
          <div className="flex gap-3">
            <Skeleton className="size-12 rounded-full" />
            <div className="flex-1 space-y-2 pt-1">
              <Skeleton className="w-2/3" />
              <Skeleton className="w-1/2" />
            </div>
          </div>
          <Skeleton className="h-10" />
          <Skeleton className="w-3/4" />
        </div>
      ))}
    </div>
  );
}
