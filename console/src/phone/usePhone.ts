// The softphone for components, and what they show that moves: clocks and levels.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useSession } from "@/app/session";
import { eased, LevelMeter, share } from "@/audio/level";
import { CAPTION_EVENTS, type Captions, captioned, NO_CAPTIONS } from "./captions";
import { type Phone, softphone } from "./softphone";

export function usePhone(): Phone {
  return useSyncExternalStore(softphone.subscribe, softphone.snapshot);
}

/** Seconds since a moment (ms since 1970), each second anew; 0 without one. */
export function useSeconds(since: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (since === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, (now - since) / 1000);
}

const STEP_MS = 50;

/** How loud a stream is on a meter, 0..1, twenty times a second; 0 without one. */
export function useLevel(stream: MediaStream | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    setLevel(0);
    if (stream === null || stream.getAudioTracks().length === 0) return;
    const meter = new LevelMeter(stream);
    let shown = 0;
    const timer = setInterval(() => {
      shown = eased(shown, share(meter.level()), STEP_MS / 1000);
      setLevel(shown);
    }, STEP_MS);
    return () => {
      clearInterval(timer);
      meter.close();
    };
  }, [stream]);
  return level;
}

/** What is said in a call, live; nothing where the API's id of it is not known or whoever is here may not read calls. */
export function useCaptions(serverId: string): Captions {
  const { may } = useSession();
  const [captions, setCaptions] = useState(NO_CAPTIONS);
  const allowed = serverId !== "" && may("calls:read");
  useEffect(() => {
    setCaptions(NO_CAPTIONS);
    if (!allowed) return;
    const source = new EventSource(`/api/telephony/calls/${encodeURIComponent(serverId)}/events`);
    // A stream that was lost begins at the beginning of the call again.
    source.onopen = () => setCaptions(NO_CAPTIONS);
    for (const kind of CAPTION_EVENTS)
      source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        setCaptions((before) => captioned(before, { kind, data: JSON.parse(data) }));
        if (kind === "ended") source.close();
      });
    return () => source.close();
  }, [serverId, allowed]);
  return captions;
}
