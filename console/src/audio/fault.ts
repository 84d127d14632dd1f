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
  | "call_lost"
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
