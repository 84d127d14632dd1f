// What the softphone signs in to SIP with: short-lived, asked for with the console's own sign-in, kept in memory alone.
import { ApiError, fetched } from "@/api";
import { FaultError } from "@/audio/fault";
import { credentialsFault } from "./faults";

export interface Credentials {
  username: string;
  password: string;
  extension: string;
  uri: string;
  /** The WebSocket's path on this server. */
  socket: string;
  iceServers: string;
  /** Milliseconds since 1970. */
  expires: number;
}

const ROUTE = "/api/webrtc/phone";

/** New ones. Raises FaultError. */
export async function askCredentials(): Promise<Credentials> {
  const body = await asked(() =>
    fetched(ROUTE, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }),
  );
  const told = (name: string) => (typeof body[name] === "string" ? body[name] : "");
  return {
    username: told("username"),
    password: told("password"),
    extension: told("extension"),
    uri: told("uri"),
    socket: told("socket") || "/ws/sip",
    iceServers: told("ice_servers") || "/api/webrtc/ice-servers",
    expires: Date.parse(told("expires_at")),
  };
}

/** STUN and TURN servers; none where the server names none. Raises FaultError. */
export async function askIceServers(path: string): Promise<RTCIceServer[]> {
  const body = await asked(() => fetched(path));
  return Array.isArray(body.ice_servers) ? (body.ice_servers as RTCIceServer[]) : [];
}

/** Gives them back: the registration they made ends with them. Also while the page is being left. */
export function giveBack(username: string): void {
  const path = `${ROUTE}/${encodeURIComponent(username)}`;
  fetch(path, { method: "DELETE", keepalive: true, credentials: "same-origin" }).catch(() => undefined);
}

/** When to ask for new ones: after four fifths of their life, in ms from now; at once when they are over. */
export function renewIn(expires: number, now: number): number {
  return Number.isFinite(expires) ? Math.max(0, (expires - now) * 0.8) : 0;
}

async function asked(ask: () => Promise<Response>): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await (await ask()).json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof ApiError) throw new FaultError(credentialsFault(error.status, error.code));
    throw new FaultError({ name: "server_away" });
  }
}
