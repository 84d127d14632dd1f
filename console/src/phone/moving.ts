// What a call shows that moves: clocks and levels. It knows nothing of the softphone: the start page, which calls without one, would load it.
import { useEffect, useState } from "react";
import { eased, LevelMeter, share } from "@/audio/level";

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
