// The door to the API for pages: `import { api, ok, useKeyset, useLiveEvents } from "@/api"`.
export { api, fetched, ifMatch, ok, type Schema } from "./client";
export { onBack, useUnreachable } from "./connection";
export { ApiError } from "./error";
export { type LiveEvent, type Partial as LivePartial, useLiveEvents, useLiveState } from "./live";
export { type Outcome, otherSide, ourSide, outcomeOf, talkedS } from "./party";
export { queries, useKeyset } from "./queries";
