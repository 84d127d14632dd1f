// A flow's document as the editor has it: JSON, of which only what draws a graph is known here. Whatever else stands in it is kept as it is.

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface Position {
  x: number;
  y: number;
}

export interface FlowNode extends JsonObject {
  id: string;
  type: string;
}

export interface FlowEdge extends JsonObject {
  type: string;
  /** `*`: from anywhere. */
  source: string;
  target: string;
}

export interface FlowVariable extends JsonObject {
  name: string;
}

export interface FlowDocument extends JsonObject {
  name: string;
  nodes: FlowNode[];
  edges: FlowEdge[];
}

/** As the source of an edge: any node that listens. */
export const ANYWHERE = "*";

export class NoDocument extends Error {}

/** JSON as a document. Throws NoDocument where there is nothing to draw. */
export function documentOf(found: unknown): FlowDocument {
  if (!isObject(found)) throw new NoDocument("It is no JSON object: a flow begins with {.");
  if (!Array.isArray(found.nodes)) throw new NoDocument("It has no list of nodes.");
  const nodes = found.nodes;
  for (const node of nodes) {
    if (!isObject(node) || typeof node.id !== "string" || typeof node.type !== "string")
      throw new NoDocument("Each node needs an id and a type.");
  }
  const edges = found.edges === undefined ? [] : found.edges;
  if (!Array.isArray(edges)) throw new NoDocument("Its edges are no list.");
  for (const edge of edges) {
    if (
      !isObject(edge) ||
      typeof edge.source !== "string" ||
      typeof edge.target !== "string" ||
      typeof edge.type !== "string"
    )
      throw new NoDocument("Each edge needs a type, a source and a target.");
  }
  const name = typeof found.name === "string" ? found.name : "";
  return { ...found, name, nodes, edges } as FlowDocument;
}

/** A file as it is imported: a document, or a template with personas beside it. */
export function readFile(text: string): FlowDocument {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new NoDocument(`It is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (isObject(found) && isObject(found.document) && found.nodes === undefined) found = found.document;
  return documentOf(found);
}

/** As it is exported. */
export function written(document: FlowDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function variablesOf(document: FlowDocument): FlowVariable[] {
  return objectsOf(document.variables).filter((one): one is FlowVariable => typeof one.name === "string");
}

export function positionOf(node: FlowNode): Position | null {
  const at = node.position;
  return isObject(at) && typeof at.x === "number" && typeof at.y === "number" ? { x: at.x, y: at.y } : null;
}

export function nodeOf(document: FlowDocument, id: string): FlowNode | undefined {
  return document.nodes.find((node) => node.id === id);
}
