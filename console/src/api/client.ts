// The one door to the API: typed by its own document, errors thrown as ApiError.
import createClient from "openapi-fetch";
import type { components, paths } from "../../../clients/typescript/src/schema";
import { reached, unreached } from "./connection";
import { ApiError, errorOf, unreachable } from "./error";
import { sessionLost } from "./lost";

/** Answers by name: `Schema["AgentShown"]`. */
export type Schema = components["schemas"];
export type { paths };

/** fetch, which tells whether the server was reached and whether the sign-in still counts. */
export async function reach(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    unreached();
    throw unreachable();
  }
  // A proxy in front of a server that is gone answers for it.
  if (response.status === 502 || response.status === 504) unreached();
  else reached();
  if (response.status === 401) sessionLost();
  return response;
}

/** `await ok(api.GET("/api/agents"))`. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: reach,
  credentials: "same-origin",
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body; throws ApiError where there is none to be had. Where the document offers text beside JSON (CSV), it is the JSON. */
export async function ok<T>(asked: Promise<Answer<T>>): Promise<Exclude<T, string>> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    // A body that is no JSON: the proxy's page, or an answer that was cut off.
    if (error instanceof SyntaxError) throw errorOf(502, null);
    throw error;
  }
  if (!answer.response.ok) throw errorOf(answer.response.status, answer.error, answer.response.headers);
  return answer.data as Exclude<T, string>;
}

/** Changes only what is still the version that was read (RFC 9110, section 13.1.1): else 412. null: whatever it is. */
export function ifMatch(version: number | null): { "If-Match"?: string } {
  return version === null ? {} : { "If-Match": `"${version}"` };
}

/** For what is no JSON (audio, CSV, a pcap): the whole response, or ApiError. */
export async function fetched(path: string, init?: RequestInit): Promise<Response> {
  const response = await reach(
    new Request(new URL(path, location.origin), { credentials: "same-origin", ...init }),
  );
  if (response.ok) return response;
  throw errorOf(response.status, await response.json().catch(() => null), response.headers);
}

export { ApiError };
