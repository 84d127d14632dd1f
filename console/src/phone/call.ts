// One call of the softphone as the page sees it, and what its events make of it. Pure: connection.ts turns JsSIP's events into these.
import type { Quality } from "@/audio/quality";
import type { Fault } from "./faults";

export type CallState =
  /** Somebody calls us. */
  | "ringing"
  /** We call; nothing is known of the other side yet. */
  | "calling"
  /** It rings there. */
  | "alerting"
  /** Sound from there before the answer: an announcement, its own ringing tone. */
  | "early"
  /** Answered, and its audio is being set up. */
  | "connecting"
  | "up"
  | "ended";

export interface PhoneCall {
  id: string;
  direction: "in" | "out";
  /** The other side's number or name as dialled or as it came; untrusted text. */
  party: string;
  /** Its display name, or "". */
  name: string;
  state: CallState;
  /** Milliseconds since 1970. */
  began: number;
  answered: number | null;
  ended: number | null;
  muted: boolean;
  /** We hold the other side; it holds us. */
  held: boolean;
  heldThere: boolean;
  /** A re-INVITE for hold is under way. */
  holding: boolean;
  /** The network is away and the call is kept; since when. */
  lost: number | null;
  transfer: { to: string; step: "asked" | "trying" | "ringing" } | null;
  digits: string;
  /** The call's id in the API; "" where the server did not say. */
  serverId: string;
  quality: Quality | null;
  fault: Fault | null;
  /** It ended before anybody answered it, and nobody here refused it. */
  missed: boolean;
}

export type CallEvent =
  | { kind: "alerting" }
  | { kind: "early" }
  | { kind: "answered"; at: number }
  | { kind: "connected" }
  | { kind: "muted"; muted: boolean }
  | { kind: "holding" }
  | { kind: "held"; held: boolean }
  | { kind: "held_there"; held: boolean }
  | { kind: "lost"; at: number }
  | { kind: "back" }
  | { kind: "transfer"; to: string; step: "asked" | "trying" | "ringing" }
  | { kind: "transfer_failed"; why: string }
  | { kind: "digit"; digit: string }
  | { kind: "server_id"; id: string }
  | { kind: "party"; party: string; name: string }
  | { kind: "quality"; quality: Quality }
  | { kind: "fault"; fault: Fault | null }
  | { kind: "ended"; at: number; fault: Fault | null; here: boolean };

const MOST_DIGITS = 64;

export function newCall(
  id: string,
  direction: "in" | "out",
  party: string,
  name: string,
  at: number,
): PhoneCall {
  return {
    id,
    direction,
    party,
    name,
    state: direction === "in" ? "ringing" : "calling",
    began: at,
    answered: null,
    ended: null,
    muted: false,
    held: false,
    heldThere: false,
    holding: false,
    lost: null,
    transfer: null,
    digits: "",
    serverId: "",
    quality: null,
    fault: null,
    missed: false,
  };
}

/** From which states an event leads on; what is not named here may come at any time while the call is not over. */
const FROM: Partial<Record<CallEvent["kind"], readonly CallState[]>> = {
  alerting: ["calling"],
  early: ["calling", "alerting"],
  answered: ["ringing", "calling", "alerting", "early"],
  connected: ["connecting"],
  holding: ["up"],
  held: ["up"],
  held_there: ["connecting", "up"],
  lost: ["connecting", "up"],
  transfer: ["up"],
  digit: ["early", "connecting", "up"],
};

/** The call after an event. Events that cannot be in its state, and all after its end, leave it as it is: the same object. */
export function advanced(call: PhoneCall, event: CallEvent): PhoneCall {
  const from = FROM[event.kind];
  if (call.state === "ended" || (from !== undefined && !from.includes(call.state))) return call;
  switch (event.kind) {
    case "alerting":
      return { ...call, state: "alerting" };
    case "early":
      return { ...call, state: "early" };
    case "answered":
      return { ...call, state: "connecting", answered: event.at };
    case "connected":
      return { ...call, state: "up" };
    case "muted":
      return { ...call, muted: event.muted };
    case "holding":
      return { ...call, holding: true };
    case "held":
      return { ...call, held: event.held, holding: false };
    case "held_there":
      return { ...call, heldThere: event.held };
    case "lost":
      return call.lost === null ? { ...call, lost: event.at } : call;
    case "back":
      return call.lost === null ? call : { ...call, lost: null };
    case "transfer":
      return { ...call, transfer: { to: event.to, step: event.step } };
    case "transfer_failed":
      return { ...call, transfer: null, fault: { name: "transfer", said: event.why } };
    case "digit":
      return { ...call, digits: (call.digits + event.digit).slice(-MOST_DIGITS) };
    case "server_id":
      return { ...call, serverId: event.id };
    case "party":
      return { ...call, party: event.party, name: event.name };
    case "quality":
      return { ...call, quality: event.quality };
    case "fault":
      return { ...call, fault: event.fault, holding: false };
    case "ended":
      return {
        ...call,
        state: "ended",
        ended: event.at,
        fault: event.fault ?? call.fault,
        lost: null,
        holding: false,
        transfer: null,
        missed: call.direction === "in" && call.answered === null && !event.here,
      };
  }
}

export function isOver(call: PhoneCall): boolean {
  return call.state === "ended";
}

/** Whether two people (or one and an agent) are, or are about to be, connected. */
export function isAnswered(call: PhoneCall): boolean {
  return call.state === "connecting" || call.state === "up";
}

/** Whom the call is with, as it is shown. */
export function who(call: PhoneCall): string {
  return call.name === "" ? call.party : call.name;
}
