// What can go wrong with a telephone in a browser, each said in words with what to do. A fault is kept as its name: the words follow the language.
import { t } from "@/app/i18n";
import { type Fault, type FaultName, toldFault } from "@/audio/fault";

export type { Fault, FaultName };

export interface FaultWords {
  title: string;
  help: string;
}

/** A fault in the chosen language. */
export function inWords({ name, about = "", said = "" }: Fault): FaultWords {
  switch (name) {
    case "insecure":
      return {
        title: t("This page may not use the microphone"),
        help: t(
          "Browsers allow it over HTTPS and on localhost only. Open the console by https://, or on the machine itself.",
        ),
      };
    case "unsupported":
      return {
        title: t("This browser cannot make calls"),
        help: t("It lacks WebRTC. Use a current Chrome, Edge, Firefox or Safari."),
      };
    case "no_microphone":
      return {
        title: t("No microphone found"),
        help: t("Plug one in or switch it on, then try again. It is found by itself."),
      };
    case "microphone_refused":
      return {
        title: t("The microphone is not permitted"),
        help: t(
          "Click the lock or camera sign in the address bar, allow the microphone for this page, then try again.",
        ),
      };
    case "microphone_busy":
      return {
        title: t("The microphone cannot be opened"),
        help: t(
          "Another program may be using it, or the system withholds it. Close that program or choose another device.",
        ),
      };
    case "microphone_gone":
      return {
        title: t("Your microphone was unplugged"),
        help: t("The other side hears nothing. Plug it in again or choose another device: the call goes on."),
      };
    case "speaker_gone":
      return {
        title: t("The loudspeaker is gone"),
        help: t("The call now plays on the system's own device. Choose another one under Devices."),
      };
    case "no_network":
      return {
        title: t("You are offline"),
        help: t(
          "Calls are kept for half a minute. The phone comes back by itself as soon as there is a network.",
        ),
      };
    case "socket_lost":
      return {
        title: t("The connection to the server was lost"),
        help: t("The phone connects again by itself. A call that is up is kept for half a minute."),
      };
    case "server_away":
      return {
        title: t("The server does not answer"),
        help: t(
          "It may be starting anew. The phone tries again by itself; if it stays so, look at the server's log.",
        ),
      };
    case "server_stopped":
      return {
        title: t("The server was stopped"),
        help: t("It ended the calls that were up. Call again once it is back."),
      };
    case "signed_out":
      return {
        title: t("You are signed out"),
        help: t("Sign in again, and the phone registers by itself. Until then nobody can call you."),
      };
    case "not_allowed_to_register":
      return {
        title: t("Your key may not make calls"),
        help: t("It lacks the scope calls:write. Ask whoever runs this server for a key that has it."),
      };
    case "credentials":
      return {
        title: t("The phone's password is no longer taken"),
        help: t("The server was started anew or has withdrawn it. Connect again for a new one."),
      };
    case "token":
      return {
        title: t("This call button has run out"),
        help: t("Its token is over or used up. Load the page again, or tell whoever runs it."),
      };
    case "origin":
      return {
        title: t("This page may not call here"),
        help: t(
          "The server lets other pages call from the origins in http.cors_origins, and by tokens made for them.",
        ),
      };
    case "too_many":
      return {
        title: t("Too many phones are signed in"),
        help: t("Close the phone in other tabs and browsers, or wait a few minutes."),
      };
    case "too_many_calls":
      return { title: t("Too many calls"), help: said || t("Try again in a moment.") };
    case "elsewhere":
      return {
        title: t("The phone is open in another tab"),
        help: t("It rings there. Use it here instead, or close the other tab."),
      };
    case "number":
      return {
        title: t("{about} cannot be dialled", { about }),
        help: t("Enter a number such as +49 30 1234, an extension, or an address such as sip:name@host."),
      };
    case "busy":
      return { title: t("{about} is busy", { about }), help: t("Try again in a moment.") };
    case "refused":
      return {
        title: t("{about} refused the call", { about }),
        help: said || t("Leave a message another way, or try later."),
      };
    case "not_found":
      return {
        title: t("There is no {about}", { about }),
        help:
          said || t("Check the number. Extensions and agents are listed when you type a part of their name."),
      };
    case "not_allowed":
      return {
        title: t("You may not call {about}", { about }),
        help: said || t("This phone's rules (may_dial) do not permit it. Whoever runs the server can."),
      };
    case "no_answer":
      return { title: t("{about} does not answer", { about }), help: t("Try again later.") };
    case "unavailable":
      return {
        title: t("{about} cannot be reached", { about }),
        help:
          said || t("That phone is not connected just now, or the line is out of order. Try again later."),
      };
    case "no_common_codec":
      return {
        title: t("{about} does not understand this browser's audio", { about }),
        help: t("The two sides share no codec. Switch on PCMU or Opus for that trunk or phone."),
      };
    case "no_media":
      return {
        title: t("No audio gets through"),
        help: t(
          "The call is set up, but its sound finds no way: a firewall may block UDP. A TURN server helps.",
        ),
      };
    case "loopback":
      return {
        title: t("No audio gets through"),
        help: t(
          "The server hears audio on its own machine alone, and this browser finds no such way. Use Chrome or Edge here, or set rtp.host to an address of the network.",
        ),
      };
    case "call_lost":
      return {
        title: t("The call with {about} was lost", { about }),
        help: t("The network was away for too long. Call again."),
      };
    case "time_limit":
      return {
        title: t("The call was as long as it may be"),
        help: t("The server ends calls after sip.max_call_s. Call again to go on."),
      };
    case "server_fault":
      return {
        title: t("The server could not put the call through"),
        help: said || t("Try again; the server's log says more."),
      };
    case "transfer":
      return {
        title: t("The transfer did not work"),
        help:
          said === ""
            ? t("You are still connected.")
            : t("{about}. You are still connected.", { about: said }),
      };
    case "hold":
      return { title: t("Hold did not work"), help: t("The call goes on as it was. Try again.") };
    case "other":
      return { title: t("The call ended"), help: about };
  }
}

/** How a call ended, as SIP tells it: a status (0: none), a cause of JsSIP's, the phrase of the response. */
export interface Ending {
  by: "local" | "remote" | "system";
  status: number;
  cause: string;
  phrase: string;
  /** Of the other side's BYE, in its words (RFC 3326); "": it said nothing. */
  reason: string;
}

/** What to say of a call that ended; null where that is no fault: somebody hung up, or gave up. */
export function endingFault(ending: Ending, about: string, answered: boolean): Fault | null {
  if (ending.cause === "RTP Timeout") return { name: answered ? "call_lost" : "no_media", about };
  if (ending.cause === "Connection Error" || ending.cause === "Request Timeout")
    return answered ? { name: "call_lost", about } : { name: "server_away" };
  // 481 within the call: the server knows nothing of it, so it was started anew.
  if (ending.cause === "Dialog Error") return { name: "call_lost", about };
  const told = ending.by === "remote" && answered ? toldFault(ending.reason) : null;
  if (told !== null) return { ...told, about };
  if (ending.by === "local" || ending.cause === "Terminated" || ending.cause === "Canceled") return null;
  const fault = statusFault(ending.status, about);
  if (fault.name !== "other") return fault;
  return ending.phrase === "" ? { name: "server_fault" } : { name: "server_fault", said: ending.phrase };
}

const BY_STATUS: ReadonlyMap<number, FaultName> = new Map([
  [400, "number"],
  [401, "credentials"],
  [403, "not_allowed"],
  [404, "not_found"],
  [407, "credentials"],
  [408, "no_answer"],
  [410, "not_found"],
  [416, "number"],
  [480, "unavailable"],
  [484, "number"],
  [486, "busy"],
  [487, "no_answer"],
  [488, "no_common_codec"],
  [503, "server_away"],
  [600, "busy"],
  [603, "refused"],
  [604, "not_found"],
  [606, "no_common_codec"],
]);

/** A final response to an INVITE (RFC 3261 section 21) as a fault. */
export function statusFault(status: number, about: string): Fault {
  const name = BY_STATUS.get(status);
  return name === undefined ? { name: "other", about } : { name, about };
}

/** Why the server gave no credentials: the answer's HTTP status and the code of its error. */
export function credentialsFault(status: number, code: string): Fault {
  if (status === 401) return { name: "signed_out" };
  if (status === 403) return { name: "not_allowed_to_register" };
  if (status === 429 || code === "too_many_phones") return { name: "too_many" };
  return { name: "server_away" };
}
