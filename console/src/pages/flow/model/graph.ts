// A document as React Flow draws it. What did not change keeps its object, so that only what did is drawn anew.
import type { Edge, Node } from "@xyflow/react";
import type { Difference, Mark } from "./diff";
import { ANYWHERE, type FlowDocument, type FlowEdge, type FlowNode, type Position } from "./document";
import { summaryOf } from "./edits";
import { leavingOf, NODE_WIDTH, placesOf } from "./layout";
import { edgeLabel, type Outlet, outletOf, outletsOf } from "./outcomes";
import type { Trouble } from "./problems";
import type { Trail } from "./trail";

export type CardData = {
  node: FlowNode;
  outlets: Outlet[];
  summary: string;
  trouble: Trouble | null;
  mark: Mark;
  /** Of a call that is followed. */
  stand: "" | "active" | "visited";
  readOnly: boolean;
};
export type CardNode = Node<CardData, "card">;

export type LineData = {
  edge: FlowEdge;
  number: number;
  label: string;
  from: string;
  to: string;
  wrong: boolean;
  mark: Mark;
  gone: boolean;
  /** So many edges that gradients would cost too much. */
  plain: boolean;
};
export type LineEdge = Edge<LineData, "line">;

export interface Overlay {
  trouble: ReadonlyMap<string, Trouble>;
  wrongEdges: ReadonlySet<number>;
  difference: Difference | null;
  trail: Trail | null;
  readOnly: boolean;
}

const MOST_GRADIENTS = 160;
const ANYWHERE_NODE: FlowNode = { id: ANYWHERE, type: ANYWHERE };

/** Remembers what it made last. */
export class GraphMaker {
  private cards = new Map<string, { key: string; node: FlowNode; card: CardNode }>();
  private places: { document: FlowDocument; at: Map<string, Position> } | null = null;

  nodes(document: FlowDocument, overlay: Overlay): CardNode[] {
    const leaving = leavingOf(document);
    const at = this.placed(document);
    const cards = new Map<string, { key: string; node: FlowNode; card: CardNode }>();
    const nodes = leaving.has(ANYWHERE) ? [ANYWHERE_NODE, ...document.nodes] : document.nodes;
    const all = nodes.map((node) => {
      const place = at.get(node.id) ?? { x: 0, y: 0 };
      const own = leaving.get(node.id) ?? [];
      const outlets =
        node === ANYWHERE_NODE
          ? outletsOf(node, own).filter((one) => one.kind !== "next")
          : outletsOf(node, own);
      const trouble = overlay.trouble.get(node.id) ?? null;
      const mark = overlay.difference?.nodes.get(node.id) ?? "same";
      const stand =
        overlay.trail?.active === node.id ? "active" : overlay.trail?.visited.has(node.id) ? "visited" : "";
      const key = JSON.stringify([
        outlets,
        place,
        trouble?.errors,
        trouble?.warnings,
        mark,
        stand,
        overlay.readOnly,
      ]);
      const before = this.cards.get(node.id);
      if (before !== undefined && before.key === key && before.node === node) {
        cards.set(node.id, before);
        return before.card;
      }
      const card: CardNode = {
        id: node.id,
        type: "card",
        position: place,
        width: NODE_WIDTH,
        deletable: node !== ANYWHERE_NODE,
        connectable: !overlay.readOnly,
        draggable: !overlay.readOnly && node !== ANYWHERE_NODE,
        data: { node, outlets, summary: summaryOf(node), trouble, mark, stand, readOnly: overlay.readOnly },
      };
      cards.set(node.id, { key, node, card });
      return card;
    });
    this.cards = cards;
    return all;
  }

  edges(document: FlowDocument, overlay: Overlay): LineEdge[] {
    const types = new Map(document.nodes.map((node) => [node.id, node.type]));
    const known = (id: string) => id === ANYWHERE || types.has(id);
    const plain = document.edges.length > MOST_GRADIENTS;
    return document.edges.flatMap((edge, number) => {
      if (!known(edge.source) || !types.has(edge.target)) return [];
      return {
        id: `edge:${number}`,
        type: "line" as const,
        source: edge.source,
        target: edge.target,
        sourceHandle: outletOf(edge, number),
        targetHandle: "in",
        data: {
          edge,
          number,
          label: edgeLabel(edge),
          from: types.get(edge.source) ?? ANYWHERE,
          to: types.get(edge.target) ?? "",
          wrong: overlay.wrongEdges.has(number),
          mark: overlay.difference?.edges[number] ?? "same",
          gone: overlay.trail?.ways.has(`${edge.source}→${edge.target}`) ?? false,
          plain,
        },
      };
    });
  }

  /** Nodes that were put nowhere are laid out once, not at each key that is pressed. */
  private placed(document: FlowDocument): Map<string, Position> {
    const before = this.places;
    if (before !== null && sameShape(before.document, document)) return before.at;
    const at = placesOf(document);
    this.places = { document, at };
    return at;
  }
}

/** Whether nodes would stand where they did: the same ones, put at the same places, with as many edges. */
function sameShape(one: FlowDocument, other: FlowDocument): boolean {
  if (one === other) return true;
  if (one.nodes.length !== other.nodes.length || one.edges.length !== other.edges.length) return false;
  return one.nodes.every((node, at) => {
    const there = other.nodes[at];
    return there !== undefined && there.id === node.id && there.position === node.position;
  });
}

export function numberOf(id: string): number {
  return Number(id.slice("edge:".length));
}
