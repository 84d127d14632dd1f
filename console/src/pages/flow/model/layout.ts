// Where nodes stand when nobody has put them anywhere: from the start to the ends, with as few crossings as can be.
import { Graph, layout } from "@dagrejs/dagre";
import {
  ANYWHERE,
  type FlowDocument,
  type FlowEdge,
  type FlowNode,
  type Position,
  positionOf,
} from "./document";
import { outletsOf } from "./outcomes";

export const NODE_WIDTH = 264;
const HEAD = 44;
const BODY = 50;
const ROW = 26;

/** Edges by their source, each with its number in the document. */
export function leavingOf(document: FlowDocument): Map<string, [FlowEdge, number][]> {
  const found = new Map<string, [FlowEdge, number][]>();
  document.edges.forEach((edge, number) => {
    const list = found.get(edge.source);
    if (list === undefined) found.set(edge.source, [[edge, number]]);
    else list.push([edge, number]);
  });
  return found;
}

/** About how high a node's card is, before it is drawn. */
export function heightOf(node: FlowNode, leaving: readonly (readonly [FlowEdge, number])[]): number {
  const rows = outletsOf(node, leaving).filter((one) => one.kind !== "more").length;
  return HEAD + (node.type === "start" ? 0 : BODY) + Math.max(1, rows) * ROW + 12;
}

/** A place for every node, and for `*` where edges begin anywhere. */
export function arranged(document: FlowDocument): Map<string, Position> {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 76, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  const leaving = leavingOf(document);
  const sizes = new Map<string, number>();
  for (const node of document.nodes) {
    const height = heightOf(node, leaving.get(node.id) ?? []);
    sizes.set(node.id, height);
    graph.setNode(node.id, { width: NODE_WIDTH, height });
  }
  const back = backEdges(document, leaving);
  document.edges.forEach((edge, number) => {
    if (!sizes.has(edge.source) || !sizes.has(edge.target) || edge.source === edge.target) return;
    // What leads back ("no, another day") would bend the way forward.
    if (!back.has(number)) graph.setEdge(edge.source, edge.target, { weight: edge.type === "next" ? 4 : 1 });
  });
  layout(graph);
  const places = new Map<string, Position>();
  for (const [id, height] of sizes) {
    const at = graph.node(id);
    places.set(id, { x: Math.round((at.x ?? 0) - NODE_WIDTH / 2), y: Math.round((at.y ?? 0) - height / 2) });
  }
  if (leaving.has(ANYWHERE)) places.set(ANYWHERE, anywhereOf([...places.values()]));
  return places;
}

/** Numbers of edges that lead to a node on the way to where they begin: depth first, from the start, in the document's order. */
export function backEdges(
  document: FlowDocument,
  leaving: ReadonlyMap<string, readonly (readonly [FlowEdge, number])[]>,
): Set<number> {
  const found = new Set<number>();
  const state = new Map<string, "open" | "done">();
  const begins = [...document.nodes].sort(
    (one, other) => Number(other.type === "start") - Number(one.type === "start"),
  );
  for (const first of begins) {
    if (state.has(first.id)) continue;
    const way: { id: string; at: number }[] = [{ id: first.id, at: 0 }];
    state.set(first.id, "open");
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const next = leaving.get(top.id)?.[top.at];
      if (next === undefined) {
        state.set(top.id, "done");
        way.pop();
        continue;
      }
      top.at += 1;
      const [edge, number] = next;
      const there = state.get(edge.target);
      if (there === "open") found.add(number);
      else if (there === undefined) {
        state.set(edge.target, "open");
        way.push({ id: edge.target, at: 0 });
      }
    }
  }
  return found;
}

/** Above the first nodes: it belongs to all of them. */
export function anywhereOf(places: readonly Position[]): Position {
  if (places.length === 0) return { x: 0, y: 0 };
  const x = Math.min(...places.map((at) => at.x));
  const y = Math.min(...places.map((at) => at.y));
  return { x, y: y - 180 };
}

/** Where nodes are drawn: where they were put, and all anew where some were put nowhere. */
export function placesOf(document: FlowDocument): Map<string, Position> {
  const known = new Map<string, Position>();
  for (const node of document.nodes) {
    const at = positionOf(node);
    if (at !== null) known.set(node.id, at);
  }
  if (known.size < document.nodes.length) {
    const all = arranged(document);
    if (known.size === 0) return all;
    // Some were put: they stay, and the others stand below.
    const below = Math.max(...[...known.values()].map((at) => at.y)) + 260;
    let x = Math.min(...[...known.values()].map((at) => at.x));
    for (const node of document.nodes) {
      if (known.has(node.id)) continue;
      known.set(node.id, { x, y: below });
      x += NODE_WIDTH + 40;
    }
  }
  if (document.edges.some((edge) => edge.source === ANYWHERE))
    known.set(ANYWHERE, anywhereOf([...known.values()]));
  return known;
}
