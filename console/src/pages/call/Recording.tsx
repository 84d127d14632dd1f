import { useQuery } from "@tanstack/react-query";
import { Download, Pause, Play, RotateCcw } from "lucide-react";
import { useId, useMemo } from "react";
import { api, ok, type Schema } from "@/api";
import { bytes, clock } from "@/app/format";
import { t } from "@/app/i18n";
import { Button, Card, cn, ErrorState, IconButton, Select, Skeleton } from "@/ui";
import type { Player } from "./player";
import { outline } from "./waveform";

const POINTS = 900;
const LANE = 52;

/** The recording: both voices as waveforms, each on its own lane, and what plays them. */
export function Recording({ call, player }: { call: Schema["CallDetail"]; player: Player }) {
  const made = call.recording;
  const peaks = useQuery({
    queryKey: ["calls", call.id, "peaks"],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/telephony/calls/{id}/recording/peaks", {
          params: { path: { id: call.id }, query: { points: POINTS } },
          signal,
        }),
      ),
    enabled: made !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const seconds = peaks.data?.seconds ?? made?.seconds ?? 0;
  const source = `/api/telephony/calls/${call.id}/recording`;
  return (
    <Card
      title={t("Recording")}
      description={
        made
          ? t("{length}, {size}, stereo", { length: clock(made.seconds), size: bytes(made.size_bytes) })
          : undefined
      }
      actions={
        <Button size="sm" variant="ghost" icon={<Download />} asChild>
          <a href={source} download={`${call.id}.wav`}>
            {t("Download")}
          </a>
        </Button>
      }
    >
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands beside it */}
      <audio ref={player.audio} src={source} preload="metadata" className="hidden" />
      {player.broken ? (
        <ErrorState
          inline
          error={{
            message: t(
              "The recording cannot be played: its file is not on this server, or the network is gone.",
            ),
          }}
        />
      ) : peaks.isLoadingError ? (
        <ErrorState inline error={peaks.error} onRetry={() => void peaks.refetch()} />
      ) : peaks.data ? (
        <Waveform peaks={peaks.data} call={call} player={player} seconds={seconds} />
      ) : (
        <Skeleton className="h-32 w-full" />
      )}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button
          variant="primary"
          size="sm"
          icon={player.playing ? <Pause /> : <Play />}
          onClick={player.toggle}
          disabled={player.broken}
        >
          {player.playing ? t("Pause") : t("Play")}
        </Button>
        <IconButton
          label={t("Back 5 seconds")}
          size="sm"
          onClick={() => player.seek(player.at - 5, !player.playing)}
        >
          <RotateCcw />
        </IconButton>
        <span className="figures text-muted text-sm" dir="ltr">
          {clock(player.at)} / {clock(seconds)}
        </span>
        <Select
          size="sm"
          aria-label={t("Speed")}
          value={String(player.rate)}
          onChange={(rate) => player.setRate(Number(rate))}
          choices={["0.75", "1", "1.25", "1.5", "2"].map((rate) => ({ value: rate, label: `${rate}×` }))}
          className="ms-auto"
        />
      </div>
    </Card>
  );
}

function Waveform({
  peaks,
  call,
  player,
  seconds,
}: {
  peaks: Schema["RecordingPeaks"];
  call: Schema["CallDetail"];
  player: Player;
  seconds: number;
}) {
  const clip = useId();
  const width = peaks.caller.length;
  const lanes = useMemo(
    () => [
      { name: t("Caller"), path: outline(peaks.caller, LANE), quiet: "fill-info/45", lit: "fill-info" },
      {
        name: call.agent ?? t("Agent"),
        path: outline(peaks.agent, LANE),
        quiet: "fill-primary/60",
        lit: "fill-primary",
      },
    ],
    [peaks, call.agent],
  );
  const played = seconds > 0 ? Math.min(1, player.at / seconds) : 0;
  return (
    <div
      dir="ltr"
      className="relative overflow-hidden rounded-xl border border-line bg-sunken has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-link"
    >
      {lanes.map((lane, index) => (
        <div key={lane.name} className={cn("relative", index > 0 && "border-line border-t")}>
          <span className="pointer-events-none absolute start-2 top-1 rounded bg-raised/80 px-1.5 text-[0.6875rem] text-muted">
            {lane.name}
          </span>
          <svg
            viewBox={`0 0 ${width} ${LANE}`}
            preserveAspectRatio="none"
            className="block h-14 w-full"
            aria-hidden="true"
          >
            <defs>
              <clipPath id={`${clip}-${index}`}>
                <rect x="0" y="0" width={played * width} height={LANE} />
              </clipPath>
            </defs>
            <path d={lane.path} className={lane.quiet} />
            <path d={lane.path} className={lane.lit} clipPath={`url(#${clip}-${index})`} />
          </svg>
        </div>
      ))}
      <div
        className="pointer-events-none absolute inset-y-0 w-0.5 bg-gold"
        style={{ left: `${played * 100}%` }}
        aria-hidden
      />
      <input
        type="range"
        min={0}
        max={Math.max(seconds, 0.1)}
        step={0.1}
        value={Math.min(player.at, seconds)}
        aria-label={t("Place in the recording")}
        aria-valuetext={clock(player.at)}
        onChange={(event) => player.seek(Number(event.target.value), !player.playing)}
        className="absolute inset-0 size-full cursor-pointer opacity-0"
      />
    </div>
  );
}
