import { useEffect, useRef } from "react";
import { chosenDevice, playOn } from "./devices";

/** What comes from the other side, made audible on the loudspeaker that was chosen. */
export function Sound({ stream }: { stream: MediaStream | null }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    element.srcObject = stream;
    void playOn(element, chosenDevice("speaker"));
  }, [stream]);
  // biome-ignore lint/a11y/useMediaCaption: what is said stands beside it, as it is said
  return <audio ref={audio} autoPlay className="hidden" />;
}
