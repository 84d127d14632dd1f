// What can go wrong with a call in a browser, by name: words are made of it where it is shown. Pure, and small enough for the embedded phone.

export type FaultName =
  | "insecure"
  | "unsupported"
  | "no_microphone"
  | "microphone_refused"
  | "microphone_busy"
  | "microphone_gone"
  | "speaker_gone"
  | "no_network"
  | "socket_lost"
  | "server_away"
  | "server_stopped"
  | "signed_out"
  | "not_allowed_to_register"
  | "credentials"
  | "token"
  | "origin"
  | "too_many"
  | "too_many_calls"
  | "elsewhere"
  | "number"
  | "busy"
  | "refused"
  | "not_found"
  | "not_allowed"
  | "no_answer"
  | "unavailable"
  | "no_common_codec"
  | "no_media"
  | "loopback"
  | "call_lost"
  | "time_limit"
  | "server_fault"
  | "transfer"
  | "hold"
  | "other";

export interface Fault {
  name: FaultName;
  /** Whom or what it is about: a number, a name. */
  about?: string;
  /** What the other side, or the server, said of it. */
  said?: string;
}

/** A call that cannot be begun or go on. */
export class FaultError extends Error {
  constructor(readonly fault: Fault) {
    super(fault.name);
  }
}

/** Why getUserMedia failed (W3C mediacapture-streams 10.3.1), by the name of its DOMException. */
export function mediaFault(error: unknown): Fault {
  const name = typeof error === "object" && error !== null && "name" in error ? String(error.name) : "";
  switch (name) {
    case "NotFoundError":
    case "OverconstrainedError":
      return { name: "no_microphone" };
    case "NotAllowedError":
    case "SecurityError":
      return { name: "microphone_refused" };
    case "TypeError":
      return { name: "insecure" };
    default:
      return { name: "microphone_busy" };
  }
}

const HERE = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether the network that leads to `host` is gone, as far as the browser knows. It says nothing of the way to its own machine. */
export function isOffline(host: string = location.hostname): boolean {
  return !navigator.onLine && !HERE.test(host);
}

/** Why audio found no way, by the server's description: Firefox takes none from a network's address to loopback, Chromium does. */
export function noMedia(sdp: string): Fault {
  const hosts = [...sdp.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+) /gm)].map(([, host]) => host ?? "");
  const here = hosts.length > 0 && hosts.every((host) => host === "::1" || host.startsWith("127."));
  return { name: here ? "loopback" : "no_media" };
}

/** How the server says that it ended a call that was up (mediaserver's `Why`), where that was nobody's wish. */
const ENDINGS: Readonly<Record<string, FaultName>> = {
  "the server was stopped": "server_stopped",
  "connection lost": "call_lost",
  "no audio arrived": "no_media",
  "no encryption agreed on": "no_media",
  "time limit reached": "time_limit",
};

/** What the server's words for the end of a call say is wrong; null: somebody hung up, or was through. They begin with why it ended. */
export function toldFault(said: string): Fault | null {
  const name = Object.entries(ENDINGS).find(([begins]) => said.startsWith(begins))?.[1];
  return name === undefined ? null : { name };
}

/** For speech: what the browser does for it. */
export const SPEECH: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

/** The microphone; raises FaultError. */
export async function microphone(constraints: MediaTrackConstraints = SPEECH): Promise<MediaStream> {
  if (!window.isSecureContext || navigator.mediaDevices?.getUserMedia === undefined)
    throw new FaultError({ name: "insecure" });
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: constraints });
  } catch (error) {
    throw new FaultError(mediaFault(error));
  }
}
