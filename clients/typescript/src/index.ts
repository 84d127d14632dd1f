// A typed client of VoiceForge's HTTP API; src/schema.ts is made from its OpenAPI document by scripts/clients.sh.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, paths };
export type Problem = components["schemas"]["ProblemShown"];

export interface Options {
  /** Where the server is; empty: where the page came from. */
  server?: string;
  /** A key (`vf_…`). A signed-in page needs none: its cookie goes along. */
  key?: string;
  /** In the place of the environment's own fetch. */
  fetch?: (request: Request) => Promise<Response>;
}

export function voiceforge(options: Options = {}): Client<paths> {
  return createClient<paths>({
    baseUrl: options.server ?? "",
    headers: options.key ? { Authorization: `Bearer ${options.key}` } : {},
    fetch: options.fetch,
  });
}
