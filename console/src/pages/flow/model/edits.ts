// What an editor does to a document, each as a function from one document to the next. What is not meant stays the same object.
import {
  ANYWHERE,
  type FlowDocument,
  type FlowEdge,
  type FlowNode,
  isObject,
  type JsonObject,
  type Position,
  textOf,
} from "./document";

/** A node in the place of the one with this id; edges follow a new id. */
export function putNode(document: FlowDocument, id: string, node: FlowNode): FlowDocument {
  const nodes = document.nodes.map((one) => (one.id === id ? node : one));
  if (node.id === id) return { ...document, nodes };
  const edges = document.edges.map((edge) => {
    if (edge.source !== id && edge.target !== id) return edge;
    return {
      ...edge,
      source: edge.source === id ? node.id : edge.source,
      target: edge.target === id ? node.id : edge.target,
    };
  });
  return { ...document, nodes, edges };
}

export function putEdge(document: FlowDocument, number: number, edge: FlowEdge): FlowDocument {
  return { ...document, edges: document.edges.map((one, at) => (at === number ? edge : one)) };
}

/** A name that no node has yet: `ask`, `ask2`, `ask3`. */
export function freshId(
  document: FlowDocument,
  wanted: string,
  also: ReadonlySet<string> = new Set(),
): string {
  const taken = new Set([...document.nodes.map((node) => node.id), ...also]);
  const base =
    wanted
      .replace(/[^A-Za-z0-9_-]/g, "_")
      .replace(/^-+/, "")
      .slice(0, 50) || "node";
  if (!taken.has(base)) return base;
  const stem = base.replace(/\d+$/, "") || base;
  for (let count = 2; ; count += 1) if (!taken.has(`${stem}${count}`)) return `${stem}${count}`;
}

export function addNode(document: FlowDocument, node: FlowNode, at: Position): [FlowDocument, string] {
  const id = freshId(document, node.id);
  return [{ ...document, nodes: [...document.nodes, { ...node, id, position: rounded(at) }] }, id];
}

/** Nodes with all their edges, and edges by their numbers. */
export function remove(
  document: FlowDocument,
  ids: ReadonlySet<string>,
  numbers: ReadonlySet<number>,
): FlowDocument {
  if (ids.size === 0 && numbers.size === 0) return document;
  return {
    ...document,
    nodes: document.nodes.filter((node) => !ids.has(node.id)),
    edges: document.edges.filter(
      (edge, at) => !numbers.has(at) && !ids.has(edge.source) && !ids.has(edge.target),
    ),
  };
}

export function move(document: FlowDocument, places: ReadonlyMap<string, Position>): FlowDocument {
  if (places.size === 0) return document;
  return {
    ...document,
    nodes: document.nodes.map((node) => {
      const at = places.get(node.id);
      return at === undefined ? node : { ...node, position: rounded(at) };
    }),
  };
}

/** An edge from an outlet of a node. One that begins at `next` or an outcome takes the place of the one that does already. */
export function connect(
  document: FlowDocument,
  source: string,
  outlet: string,
  target: string,
): [FlowDocument, number] {
  const made = edgeFrom(source, outlet, target);
  const before = document.edges.findIndex(
    (edge) =>
      edge.source === source &&
      edge.type === made.type &&
      (made.type === "next" || (made.type === "outcome" && edge.outcome === made.outcome)),
  );
  if (before >= 0) {
    const edge = document.edges[before];
    if (edge === undefined || edge.target === target) return [document, before];
    return [putEdge(document, before, { ...edge, target }), before];
  }
  return addEdge(document, made);
}

/** Behind the others of its source, and before its `next`, which holds for all that others do not. */
export function addEdge(document: FlowDocument, edge: FlowEdge): [FlowDocument, number] {
  return [{ ...document, edges: [...document.edges, edge] }, document.edges.length];
}

/** An edge's other end is put elsewhere. */
export function lead(
  document: FlowDocument,
  number: number,
  ends: Partial<Pick<FlowEdge, "source" | "target">>,
): FlowDocument {
  const edge = document.edges[number];
  return edge === undefined ? document : putEdge(document, number, { ...edge, ...ends } as FlowEdge);
}

/** Of several edges of one source the first that holds is taken: so their order means something. */
export function reorder(document: FlowDocument, number: number, by: -1 | 1): [FlowDocument, number] {
  const edge = document.edges[number];
  if (edge === undefined) return [document, number];
  const own = document.edges.flatMap((one, at) => (one.source === edge.source ? [at] : []));
  const other = own[own.indexOf(number) + by];
  const there = other === undefined ? undefined : document.edges[other];
  if (other === undefined || there === undefined) return [document, number];
  const edges = document.edges.map((one, at) => (at === number ? there : at === other ? edge : one));
  return [{ ...document, edges }, other];
}

function edgeFrom(source: string, outlet: string, target: string): FlowEdge {
  if (outlet.startsWith("outcome:"))
    return { type: "outcome", outcome: outlet.slice("outcome:".length), source, target };
  return { type: "next", source, target };
}

/** What a new edge of a kind begins as. */
export function newEdge(
  type: string,
  source: string,
  target: string,
  errors: readonly string[] = [],
): FlowEdge {
  switch (type) {
    case "expression":
      return { type, when: "true", source, target };
    case "intent":
      return { type, intent: "help", phrases: ["help"], source, target };
    case "key":
      return { type, keys: "0", source, target };
    case "timeout":
      return { type, source, target };
    case "error":
      return errors.length > 0 ? { type, errors: [...errors], source, target } : { type, source, target };
    case "judged":
      return { type, when: "the caller is upset", source, target };
    case "outcome":
      return { type, outcome: "outcome", source, target };
    default:
      return { type: "next", source, target };
  }
}

// ---- several at once

export interface Copied extends JsonObject {
  voiceforge: "flow nodes";
  nodes: FlowNode[];
  edges: FlowEdge[];
}

/** Nodes, and the edges between them. There is one start, and it stays where it is. */
export function copied(document: FlowDocument, ids: ReadonlySet<string>): Copied | null {
  const nodes = document.nodes.filter((node) => ids.has(node.id) && node.type !== "start");
  if (nodes.length === 0) return null;
  const inside = new Set(nodes.map((node) => node.id));
  const edges = document.edges.filter((edge) => inside.has(edge.source) && inside.has(edge.target));
  return { voiceforge: "flow nodes", nodes, edges };
}

export function copiedOf(text: string): Copied | null {
  try {
    const found: unknown = JSON.parse(text);
    if (!isObject(found) || found.voiceforge !== "flow nodes") return null;
    const { nodes, edges } = found;
    if (!Array.isArray(nodes) || !Array.isArray(edges)) return null;
    const whole = (each: unknown) =>
      isObject(each) && typeof each.id === "string" && typeof each.type === "string";
    return nodes.every(whole) ? (found as Copied) : null;
  } catch {
    return null;
  }
}

/** Copies under names of their own, a step aside. Returns the new names. */
export function paste(document: FlowDocument, from: Copied, by: Position): [FlowDocument, Set<string>] {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const node of from.nodes) {
    const id = freshId(document, node.id, taken);
    names.set(node.id, id);
    taken.add(id);
  }
  const nodes = from.nodes.map((node) => {
    const at = isObject(node.position) ? node.position : {};
    const x = (typeof at.x === "number" ? at.x : 0) + by.x;
    const y = (typeof at.y === "number" ? at.y : 0) + by.y;
    return { ...node, id: names.get(node.id) ?? node.id, position: rounded({ x, y }) };
  });
  const edges = from.edges.map((edge) => ({
    ...edge,
    source: names.get(edge.source) ?? edge.source,
    target: names.get(edge.target) ?? edge.target,
  }));
  return [{ ...document, nodes: [...document.nodes, ...nodes], edges: [...document.edges, ...edges] }, taken];
}

export type Alignment = "start" | "centre" | "end" | "top" | "middle" | "bottom" | "across" | "down";

export interface Box extends Position {
  id: string;
  width: number;
  height: number;
}

/** Where boxes stand once they are in line, or spread evenly. */
export function aligned(boxes: readonly Box[], how: Alignment): Map<string, Position> {
  const places = new Map<string, Position>();
  if (boxes.length < 2) return places;
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  if (how === "across" || how === "down") {
    const along = how === "across" ? "x" : "y";
    const size = how === "across" ? "width" : "height";
    const order = [...boxes].sort((one, other) => one[along] - other[along]);
    const room =
      (how === "across" ? right - left : bottom - top) - order.reduce((sum, box) => sum + box[size], 0);
    const gap = Math.max(24, room / (order.length - 1));
    let at = how === "across" ? left : top;
    for (const box of order) {
      places.set(box.id, { x: box.x, y: box.y, [along]: at });
      at += box[size] + gap;
    }
    return places;
  }
  for (const box of boxes) {
    const at = { x: box.x, y: box.y };
    if (how === "start") at.x = left;
    if (how === "centre") at.x = (left + right - box.width) / 2;
    if (how === "end") at.x = right - box.width;
    if (how === "top") at.y = top;
    if (how === "middle") at.y = (top + bottom - box.height) / 2;
    if (how === "bottom") at.y = bottom - box.height;
    places.set(box.id, at);
  }
  return places;
}

// ---- variables

/** Declares a variable unless it is. */
export function declare(document: FlowDocument, name: string, more: JsonObject = {}): FlowDocument {
  const variables = Array.isArray(document.variables) ? document.variables : [];
  if (variables.some((one) => isObject(one) && one.name === name)) return document;
  return { ...document, variables: [...variables, { name, ...more }] };
}

/** Whether an edge may end at a node. */
export function mayLead(document: FlowDocument, source: string, target: string): boolean {
  const to = document.nodes.find((node) => node.id === target);
  if (to === undefined || to.type === "start" || target === ANYWHERE) return false;
  return source === ANYWHERE || document.nodes.some((node) => node.id === source);
}

function rounded(at: Position): JsonObject {
  return { x: Math.round(at.x), y: Math.round(at.y) };
}

/** What a node says or does, in a line for its card. */
export function summaryOf(node: FlowNode): string {
  switch (node.type) {
    case "confirm":
      return textOf(node.facts);
    case "set":
      return isObject(node.values) ? Object.keys(node.values).join(", ") : "";
    case "code":
      return Array.isArray(node.lines)
        ? node.lines
            .map((line) => (isObject(line) ? `${textOf(line.variable)} = ${textOf(line.value)}` : ""))
            .join("; ")
        : "";
    case "tool": {
      const use = isObject(node.use) ? node.use : {};
      return textOf(use.url) || textOf(use.name) || textOf(use.entry);
    }
    case "subflow":
      return textOf(node.flow);
    case "subagent":
      return textOf(node.greeting) || textOf(node.prompt);
    case "agent_transfer":
      return textOf(node.agent);
    case "wait":
      return typeof node.seconds === "number" ? `${node.seconds} s` : "";
    default:
      return textOf(node.text);
  }
}
