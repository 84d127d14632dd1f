// Where variables come from and where they are used: for the panel that tells both.
import {
  type FlowDocument,
  type FlowNode,
  isObject,
  type Json,
  objectsOf,
  textOf,
  variablesOf,
} from "./document";

export interface VariableUse {
  name: string;
  declared: boolean;
  kind: string;
  about: string;
  secret: boolean;
  /** Nodes that fill it. */
  filled: string[];
  /** Nodes whose texts and expressions name it. */
  read: string[];
}

/** Names that a node fills. */
export function fills(node: FlowNode): string[] {
  switch (node.type) {
    case "set":
      return isObject(node.values) ? Object.keys(node.values) : [];
    case "code":
      return objectsOf(node.lines).map((line) => textOf(line.variable));
    case "tool":
      return isObject(node.save) ? Object.keys(node.save) : [];
    case "subflow":
      return isObject(node.take) ? Object.keys(node.take) : [];
    case "subagent":
      return objectsOf(node.collects).map((one) => textOf(one.variable));
    default:
      return textOf(node.variable) ? [textOf(node.variable)] : [];
  }
}

const LIQUID = /\{\{(.*?)\}\}|\{%(.*?)%\}/gs;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const WORD = /(?<![.\w])[a-z][a-z0-9_]*/g;
/** Fields that are expressions from end to end; in any other text only what stands in braces is. */
const EXPRESSIONS = new Set(["when", "body", "value", "give", "save", "arguments"]);

/** Words of an expression that may be variables. */
export function words(expression: string): string[] {
  return expression.replace(QUOTED, " ").match(WORD) ?? [];
}

/** Words that texts and expressions of a part use. */
export function readIn(part: Json, field = ""): Set<string> {
  const found = new Set<string>();
  const look = (value: Json, name: string, code: boolean) => {
    if (typeof value === "string") {
      const texts = code ? [value] : [...value.matchAll(LIQUID)].map((match) => match[1] ?? match[2] ?? "");
      for (const text of texts) for (const word of words(text)) found.add(word);
    } else if (Array.isArray(value)) for (const each of value) look(each, name, code);
    else if (isObject(value))
      for (const [key, each] of Object.entries(value)) {
        const named = name === "give" || name === "save" || name === "arguments";
        look(
          each,
          named ? name : key,
          named || (EXPRESSIONS.has(key) && !(key === "value" && isObject(value) && "say" in value)),
        );
      }
  };
  look(part, field, EXPRESSIONS.has(field));
  return found;
}

export function variableUses(document: FlowDocument): VariableUse[] {
  const declared = new Map(variablesOf(document).map((one) => [one.name, one]));
  const filled = new Map<string, string[]>();
  const read = new Map<string, string[]>();
  const note = (map: Map<string, string[]>, name: string, node: string) => {
    const list = map.get(name) ?? [];
    if (!list.includes(node)) map.set(name, [...list, node]);
  };
  for (const node of document.nodes) {
    for (const name of fills(node)) if (name) note(filled, name, node.id);
    for (const name of readIn(node)) if (declared.has(name) || filled.has(name)) note(read, name, node.id);
    if (node.type === "confirm")
      for (const one of objectsOf(node.changes)) note(read, textOf(one.variable), node.id);
  }
  for (const edge of document.edges)
    for (const name of readIn(edge)) if (declared.has(name)) note(read, name, edge.source);
  const names = [...declared.keys(), ...[...filled.keys()].filter((name) => !declared.has(name))];
  return names.map((name) => {
    const own = declared.get(name);
    return {
      name,
      declared: own !== undefined,
      kind: textOf(own?.kind) || "text",
      about: textOf(own?.about),
      secret: own?.secret === true,
      filled: filled.get(name) ?? [],
      read: read.get(name) ?? [],
    };
  });
}
