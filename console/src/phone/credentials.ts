// What the softphone signs in to SIP with: short-lived, asked for with the console's own sign-in, kept in memory alone.
import { ApiError, api, ok, type Schema } from "@/api";
import { FaultError } from "@/audio/fault";
import { credentialsFault } from "./faults";

export type Credentials = Schema["PhoneLent"];

/** New ones. Raises FaultError. */
export function askCredentials(): Promise<Credentials> {
  return asked(ok(api.POST("/api/webrtc/phone", { body: { extension: "" } })));
}

/** STUN and TURN servers; none where the server names none. Raises FaultError. */
export async function askIceServers(): Promise<RTCIceServer[]> {
  const { ice_servers } = await asked(ok(api.GET("/api/webrtc/ice-servers")));
  return ice_servers.map(({ urls, username, credential }) => ({
    urls,
    ...(username && credential ? { username, credential } : {}),
  }));
}

/** Gives them back: the registration they made ends with them. Also while the page is being left. */
export function giveBack(username: string): void {
  const path = `/api/webrtc/phone/${encodeURIComponent(username)}`;
  fetch(path, { method: "DELETE", keepalive: true, credentials: "same-origin" }).catch(() => undefined);
}

/** When to ask for new ones: after four fifths of their life, in ms from now; at once when they are over. Both times in ms since 1970. */
export function renewIn(expires: number, now: number): number {
  return Number.isFinite(expires) ? Math.max(0, (expires - now) * 0.8) : 0;
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError) throw new FaultError(credentialsFault(error.status, error.code));
    throw new FaultError({ name: "server_away" });
  }
}
