import { Play, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { fetched } from "@/api";
import { t } from "@/app/i18n";
import { IconButton, toast } from "@/ui";

/** Plays a sentence in a voice of the catalogue. */
export function VoicePreview({ voice }: { voice: string }) {
  const [state, setState] = useState<"still" | "loading" | "playing">("still");
  const audio = useRef<HTMLAudioElement | null>(null);
  const stop = () => {
    audio.current?.pause();
    if (audio.current) URL.revokeObjectURL(audio.current.src);
    audio.current = null;
    setState("still");
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another voice, or none any more, ends the sentence of the last
  useEffect(() => stop, [voice]);
  async function play() {
    setState("loading");
    try {
      const response = await fetched(`/api/voices/${encodeURIComponent(voice)}/preview`);
      const sound = new Audio(URL.createObjectURL(await response.blob()));
      audio.current = sound;
      sound.onended = stop;
      await sound.play();
      setState("playing");
    } catch (error) {
      stop();
      toast.error(error);
    }
  }
  return (
    <IconButton
      label={state === "playing" ? t("Stop") : t("Hear this voice")}
      variant="secondary"
      loading={state === "loading"}
      disabled={!voice}
      onClick={state === "playing" ? stop : play}
    >
      {state === "loading" ? null : state === "playing" ? <Square /> : <Play />}
    </IconButton>
  );
}
