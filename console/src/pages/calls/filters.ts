// What the list of calls is narrowed to, as it stands in the page's address: a link shows the same list.
import type { paths } from "@/api/client";

export const PERIODS = ["today", "week", "month", "all"] as const;
export type Period = (typeof PERIODS)[number];

export interface Filters {
  q: string;
  party: string;
  agent: string;
  direction: "" | "inbound" | "outbound";
  outcome: string;
  period: Period;
}

export const EVERYTHING: Filters = { q: "", party: "", agent: "", direction: "", outcome: "", period: "all" };
export type CallsWanted = NonNullable<paths["/api/telephony/calls"]["get"]["parameters"]["query"]>;

const DAYS: Readonly<Record<Period, number | null>> = { today: 0, week: 6, month: 29, all: null };

/** Out of "?q=room&period=week"; what makes no sense is left out. */
export function read(search: string): Filters {
  const given = new URLSearchParams(search);
  const direction = given.get("direction");
  const period = PERIODS.find((one) => one === given.get("period"));
  return {
    q: (given.get("q") ?? "").slice(0, 200),
    party: (given.get("party") ?? "").slice(0, 200),
    agent: given.get("agent") ?? "",
    direction: direction === "inbound" || direction === "outbound" ? direction : "",
    outcome: given.get("outcome") ?? "",
    period: period ?? "all",
  };
}

/** As it stands in the address; "" where nothing is narrowed. */
export function written(filters: Filters): string {
  const kept = new URLSearchParams();
  for (const [name, value] of Object.entries(filters))
    if (value && !(name === "period" && value === "all")) kept.set(name, value);
  const text = kept.toString();
  return text ? `?${text}` : "";
}

/** How the API is asked. `now`: a period's days begin at this machine's midnight. */
export function asked(filters: Filters, now: Date): CallsWanted {
  const days = DAYS[filters.period];
  const since = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days ?? 0));
  return {
    ...(filters.q.trim() && { q: filters.q.trim() }),
    // Whoever is looked for is the caller of calls that came in; of those that went out, who was called.
    ...(filters.party.trim() && { [filters.direction === "outbound" ? "to" : "from"]: filters.party.trim() }),
    ...(filters.agent && { agent: filters.agent }),
    ...(filters.direction && { direction: filters.direction }),
    ...(filters.outcome.trim() && { outcome: filters.outcome.trim() }),
    ...(days !== null && { since: since.toISOString() }),
  };
}

/** Something is narrowed. */
export function narrowed(filters: Filters): boolean {
  return written(filters) !== "";
}
