// The softphone for components.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useSession } from "@/app/session";
import { CAPTION_EVENTS, type Captions, captioned, NO_CAPTIONS } from "./captions";
import { type Phone, softphone } from "./softphone";

export function usePhone(): Phone {
  return useSyncExternalStore(softphone.subscribe, softphone.snapshot);
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
