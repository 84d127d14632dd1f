// A call by HTTP (WHIP) for components: begun in a click, told as it happens, over with what began it.
import { useCallback, useEffect, useRef, useState } from "react";
import { WhipCall, type WhipNow, type WhipTold } from "@/audio/whip";
import { openMicrophone } from "./devices";

export interface WhipLine {
  /** null before the first call. */
  now: WhipNow | null;
  /** What comes from there. */
  heard: MediaStream | null;
  microphone: MediaStream | null;
  /** Calls, by what the offer's query says; nothing while a call is on. Whether it does. */
  begin: (query: Record<string, string>) => boolean;
  hangUp: () => void;
  mute: (muted: boolean) => void;
  digit: (digit: string) => void;
}

export function useWhipCall(told: Pick<WhipTold, "event" | "anew">): WhipLine {
  const call = useRef<WhipCall | null>(null);
  const [now, setNow] = useState<WhipNow | null>(null);
  const latest = useRef(told);
  latest.current = told;

  const begin = useCallback((query: Record<string, string>) => {
    if (call.current !== null && call.current.now.state !== "ended") return false;
    const current = () => call.current === begun;
    const begun: WhipCall = new WhipCall(
      { query, open: () => openMicrophone() },
      {
        changed: (changed) => current() && setNow(changed),
        event: (kind, data) => current() && latest.current.event?.(kind, data),
        anew: () => current() && latest.current.anew?.(),
      },
    );
    call.current = begun;
    void begun.start();
    return true;
  }, []);
  useEffect(() => {
    const leaving = (event: Event) => {
      const state = call.current?.now.state ?? "idle";
      if (state !== "idle" && state !== "ended") event.preventDefault();
    };
    addEventListener("beforeunload", leaving);
    return () => removeEventListener("beforeunload", leaving);
  }, []);
  useEffect(
    () => () => {
      const left = call.current;
      call.current = null;
      left?.hangUp();
    },
    [],
  );

  return {
    now,
    heard: call.current?.heard ?? null,
    microphone: call.current?.microphone ?? null,
    begin,
    hangUp: useCallback(() => call.current?.hangUp(), []),
    mute: useCallback((muted: boolean) => call.current?.mute(muted), []),
    digit: useCallback((digit: string) => void call.current?.digit(digit), []),
  };
}
