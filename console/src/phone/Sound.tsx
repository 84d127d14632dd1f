import { useEffect, useRef } from "react";

/** What comes from the other side, made audible. */
export function Sound({ stream }: { stream: MediaStream | null }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (audio.current !== null) audio.current.srcObject = stream;
  }, [stream]);
  // biome-ignore lint/a11y/useMediaCaption: what is said stands beside it, as it is said
  return <audio ref={audio} autoPlay className="hidden" />;
}
