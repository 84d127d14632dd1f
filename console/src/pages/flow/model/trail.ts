// Where a call, or somebody who tries a flow, is: the node that is active, the way there, and what is known by now.
import type { Json } from "./document";

/** One step, as the event `flow` of calls has it. */
export interface Step {
  flow?: string;
  node?: string;
  type?: string;
  why?: string;
  from?: string;
  says?: string;
  detail?: string;
  changed?: Record<string, Json>;
}

export interface Trail {
  active: string;
  /** Nodes that were entered. */
  visited: ReadonlySet<string>;
  /** `from→to` of each step. */
  ways: ReadonlySet<string>;
  values: ReadonlyMap<string, Json>;
  /** What the last steps changed. */
  fresh: ReadonlySet<string>;
  failed: string;
}

export const NOWHERE: Trail = {
  active: "",
  visited: new Set(),
  ways: new Set(),
  values: new Map(),
  fresh: new Set(),
  failed: "",
};

/** Nodes of a flow that is run through are called `FLOW:VERSION/ID`: what is drawn is the node that runs it. */
function drawn(key: string | undefined): boolean {
  return key !== undefined && key !== "" && !key.includes("/");
}

export function followed(trail: Trail, steps: readonly Step[]): Trail {
  if (steps.length === 0) return { ...trail, fresh: new Set() };
  let { active, failed } = trail;
  const visited = new Set(trail.visited);
  const ways = new Set(trail.ways);
  const values = new Map(trail.values);
  const fresh = new Set<string>();
  for (const step of steps) {
    for (const [name, value] of Object.entries(step.changed ?? {})) {
      fresh.add(name);
      if (value === null) values.delete(name);
      else values.set(name, value);
    }
    if (step.why === "failed") failed = [step.says, step.detail].filter(Boolean).join(": ");
    if (step.node === undefined || !drawn(step.node)) continue;
    // Out of a flow that was run through: the way began at the node that runs it.
    const from = drawn(step.from) ? step.from : active;
    if (from) ways.add(`${from}→${step.node}`);
    visited.add(step.node);
    active = step.node;
  }
  return { active, visited, ways, values, fresh, failed };
}
