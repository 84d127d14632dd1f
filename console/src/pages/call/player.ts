// The recording of a call as it is played: one <audio>, and where it is just now.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

export interface Player {
  audio: RefObject<HTMLAudioElement | null>;
  /** Seconds. */
  at: number;
  playing: boolean;
  /** It cannot be played. */
  broken: boolean;
  rate: number;
  toggle: () => void;
  /** Play from there on; `stay`: only go there. */
  seek: (seconds: number, stay?: boolean) => void;
  setRate: (rate: number) => void;
}

export function usePlayer(): Player {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [broken, setBroken] = useState(false);
  const [rate, speed] = useState(1);
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    let frame = 0;
    const follow = () => {
      setAt(element.currentTime);
      if (!element.paused) frame = requestAnimationFrame(follow);
    };
    const changed = () => {
      setPlaying(!element.paused);
      cancelAnimationFrame(frame);
      follow();
    };
    const failed = () => setBroken(true);
    const events = ["play", "pause", "seeked", "ended"] as const;
    for (const name of events) element.addEventListener(name, changed);
    element.addEventListener("error", failed);
    return () => {
      cancelAnimationFrame(frame);
      for (const name of events) element.removeEventListener(name, changed);
      element.removeEventListener("error", failed);
    };
  }, []);
  const play = useCallback(() => {
    audio.current?.play().catch(() => setPlaying(false));
  }, []);
  const toggle = useCallback(() => {
    if (audio.current?.paused) play();
    else audio.current?.pause();
  }, [play]);
  const seek = useCallback(
    (seconds: number, stay?: boolean) => {
      const element = audio.current;
      if (!element) return;
      element.currentTime = Math.max(0, seconds);
      setAt(element.currentTime);
      if (!stay) play();
    },
    [play],
  );
  const setRate = useCallback((next: number) => {
    if (audio.current) audio.current.playbackRate = next;
    speed(next);
  }, []);
  return { audio, at, playing, broken, rate, toggle, seek, setRate };
}
