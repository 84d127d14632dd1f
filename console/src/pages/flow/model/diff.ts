// Two documents as one picture: what came, what went and what is otherwise, for the canvas and for a list beside it.
import { same } from "@/forms/merging";
import { type FlowDocument, type FlowEdge, type FlowNode, isObject, type Json, textOf } from "./document";

export type Mark = "added" | "removed" | "changed" | "same";

export interface Difference {
  /** All nodes and edges of both, the removed ones as they were. */
  document: FlowDocument;
  nodes: Map<string, Mark>;
  /** In the order of `document.edges`. */
  edges: Mark[];
  /** Fields of changed nodes that are otherwise. */
  fields: Map<string, FieldChange[]>;
  count: Record<Exclude<Mark, "same">, number>;
  /** Anything beside nodes and edges (variables, defaults, what is kept). */
  rest: FieldChange[];
}

export interface FieldChange {
  field: string;
  before: Json | undefined;
  after: Json | undefined;
}

const DRAWN = new Set(["position"]);
const GRAPH = new Set(["nodes", "edges"]);

export function difference(before: FlowDocument, after: FlowDocument): Difference {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const nodes = new Map<string, Mark>();
  const fields = new Map<string, FieldChange[]>();
  for (const [id, node] of now) {
    const was = old.get(id);
    if (was === undefined) nodes.set(id, "added");
    else {
      const changes = changed(was, node);
      nodes.set(id, changes.length > 0 ? "changed" : "same");
      if (changes.length > 0) fields.set(id, changes);
    }
  }
  const gone = before.nodes.filter((node) => !now.has(node.id));
  for (const node of gone) nodes.set(node.id, "removed");
  const { edges, marks } = edgesOf(before.edges, after.edges);
  const every = [...nodes.values(), ...marks];
  const counted = (mark: Mark) => every.filter((one) => one === mark).length;
  const rest = changed(before, after, GRAPH);
  return {
    document: { ...after, nodes: [...after.nodes, ...gone], edges },
    nodes,
    edges: marks,
    fields,
    count: { added: counted("added"), removed: counted("removed"), changed: counted("changed") },
    rest,
  };
}

function changed<T extends FlowNode | FlowDocument>(was: T, is: T, beside = DRAWN): FieldChange[] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names]
    .filter((name) => !beside.has(name) && !same(was[name], is[name]))
    .map((field) => ({
      field,
      before: was[field] as Json | undefined,
      after: is[field] as Json | undefined,
    }));
}

/** Edges have no names: equal ones are the same, then those of one source and reason, or of the same ends, are changed. */
function edgesOf(
  before: readonly FlowEdge[],
  after: readonly FlowEdge[],
): { edges: FlowEdge[]; marks: Mark[] } {
  const left = [...before];
  const take = (fits: (edge: FlowEdge) => boolean) => {
    const at = left.findIndex(fits);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  };
  const marks: (Mark | null)[] = after.map((edge) => (take((one) => same(one, edge)) ? "same" : null));
  after.forEach((edge, at) => {
    marks[at] ??= take((one) => reason(one) === reason(edge)) ? "changed" : null;
  });
  after.forEach((edge, at) => {
    marks[at] ??= take((one) => ends(one) === ends(edge)) ? "changed" : "added";
  });
  return {
    edges: [...after, ...left],
    marks: [...marks.map((mark) => mark ?? "added"), ...left.map((): Mark => "removed")],
  };
}

function reason(edge: FlowEdge): string {
  const { target: _, label: __, forget: ___, ...rest } = edge;
  return JSON.stringify(Object.entries(rest).sort());
}

function ends(edge: FlowEdge): string {
  return `${edge.source}\n${edge.target}\n${edge.type}`;
}

/** A value in a line. */
export function shown(value: Json | undefined, longest = 120): string {
  if (value === undefined) return "";
  const text =
    typeof value === "string"
      ? value
      : Array.isArray(value) || isObject(value)
        ? JSON.stringify(value)
        : String(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** What a node is called for people. */
export function titleOf(node: FlowNode): string {
  return textOf(node.label) || node.id;
}
