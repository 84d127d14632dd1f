// A call from the start page, with what is said in it.
import { useCallback, useState } from "react";
import { CAPTION_EVENTS, type Captions, captioned, NO_CAPTIONS } from "@/phone/captions";
import { useWhipCall, type WhipLine } from "@/phone/useWhipCall";

export interface StartCall extends Omit<WhipLine, "begin"> {
  captions: Captions;
  begin: (to: string) => void;
}

type Told = Parameters<typeof captioned>[1];

export function useCall(): StartCall {
  const [captions, setCaptions] = useState(NO_CAPTIONS);
  const { begin, ...line } = useWhipCall({
    event: (kind, data) => {
      if (captioning(kind)) setCaptions((before) => captioned(before, { kind, data } as unknown as Told));
    },
    anew: () => setCaptions(NO_CAPTIONS),
  });
  return {
    ...line,
    captions,
    begin: useCallback((to) => void (begin({ to }) && setCaptions(NO_CAPTIONS)), [begin]),
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
