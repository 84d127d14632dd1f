// A call from the start page: begun in a click, told as it happens, over with the page.
import { useCallback, useEffect, useRef, useState } from "react";
import { WhipCall, type WhipNow } from "@/audio/whip";
import { CAPTION_EVENTS, type Captions, captioned, NO_CAPTIONS } from "@/phone/captions";

export interface StartCall {
  now: WhipNow | null;
  captions: Captions;
  /** What comes from there. */
  heard: MediaStream | null;
  microphone: MediaStream | null;
  begin: (to: string) => void;
  hangUp: () => void;
  mute: (muted: boolean) => void;
  digit: (digit: string) => void;
}

type Told = Parameters<typeof captioned>[1];

export function useCall(): StartCall {
  const call = useRef<WhipCall | null>(null);
  const [now, setNow] = useState<WhipNow | null>(null);
  const [captions, setCaptions] = useState(NO_CAPTIONS);

  const begin = useCallback((to: string) => {
    if (call.current !== null && call.current.now.state !== "ended") return;
    setCaptions(NO_CAPTIONS);
    const begun: WhipCall = new WhipCall(
      { query: { to } },
      {
        changed: (changed) => {
          if (call.current === begun) setNow(changed);
        },
        event: (kind, data) => {
          if (call.current === begun && captioning(kind))
            setCaptions((before) => captioned(before, { kind, data } as unknown as Told));
        },
      },
    );
    call.current = begun;
    void begun.start();
  }, []);
  useEffect(() => () => call.current?.hangUp(), []);

  return {
    now,
    captions,
    heard: call.current?.heard ?? null,
    microphone: call.current?.microphone ?? null,
    begin,
    hangUp: useCallback(() => call.current?.hangUp(), []),
    mute: useCallback((muted: boolean) => call.current?.mute(muted), []),
    digit: useCallback((digit: string) => void call.current?.digit(digit), []),
  };
}

function captioning(kind: string): boolean {
  return (CAPTION_EVENTS as readonly string[]).includes(kind);
}

/** The middle one of the answers' latencies, in ms; null before the first. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
