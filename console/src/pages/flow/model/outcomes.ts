// What may come of a node: the places from which its edges begin, with what is written at them.
import { type FlowEdge, type FlowNode, isObject, objectsOf, textOf } from "./document";

/** A place at a node's side from which edges begin. */
export interface Outlet {
  /** `next`, `outcome:yes`, `edge:3` (the edge of that number in the document), `more`. */
  id: string;
  kind: "next" | "outcome" | "expression" | "intent" | "key" | "timeout" | "error" | "judged" | "more";
  label: string;
  /** An edge begins here. */
  used: boolean;
}

const TRANSFER_ENDS = [
  "busy",
  "no answer",
  "declined",
  "not confirmed",
  "not allowed",
  "failed",
  "handed back",
  "left",
];
/** Where the call, or the part, ends. */
const LAST = new Set(["end_call", "agent_transfer"]);

/** What a node's type and fields say may come of it; those of subflows only its edges know. */
export function outcomesOf(node: FlowNode): string[] {
  switch (node.type) {
    case "confirm": {
      const changes = objectsOf(node.changes).map((one) => `change ${textOf(one.variable)}`);
      return ["yes", "no", ...(node.cancels === false ? [] : ["cancel"]), ...changes];
    }
    case "menu":
      return objectsOf(node.options).map((one) => textOf(one.name));
    case "collect": {
      const slot = isObject(node.slot) ? node.slot : {};
      if (slot.kind === "choice") return objectsOf(slot.options).map((one) => textOf(one.value));
      return slot.kind === "yes_no" ? ["yes", "no"] : [];
    }
    case "record":
      return ["recorded", "nothing"];
    case "subagent":
      return objectsOf(node.exits).map((one) => textOf(one.name));
    case "who_answered":
      return ["human", "machine", "fax", "unknown"];
    case "send_sms":
      return ["sent", "not sent"];
    case "phone_transfer":
      return TRANSFER_ENDS;
    default:
      return [];
  }
}

/** Outcomes that a caller of the node need not tell apart: shown only where an edge has them. */
function quiet(node: FlowNode, outcome: string): boolean {
  if (node.type === "phone_transfer") return true;
  return node.type === "collect" && outcome !== "";
}

/** Whether anything can follow. */
export function leadsOn(node: FlowNode): boolean {
  return !LAST.has(node.type);
}

/** `leaving`: the edges of this node with their numbers in the document. */
export function outletsOf(node: FlowNode, leaving: readonly (readonly [FlowEdge, number])[]): Outlet[] {
  const known = outcomesOf(node);
  const taken = new Set(
    leaving.filter(([edge]) => edge.type === "outcome").map(([edge]) => textOf(edge.outcome)),
  );
  const names = known.filter((name) => name !== "" && (taken.has(name) || !quiet(node, name)));
  for (const name of taken) if (!names.includes(name)) names.push(name);
  const found: Outlet[] = names.map((name) => ({
    id: `outcome:${name}`,
    kind: "outcome",
    label: name,
    used: taken.has(name),
  }));
  for (const [edge, number] of leaving) {
    if (edge.type === "outcome" || edge.type === "next") continue;
    found.push({ id: `edge:${number}`, kind: kindOf(edge), label: edgeLabel(edge), used: true });
  }
  if (leadsOn(node) && node.type !== "anywhere") {
    const used = leaving.some(([edge]) => edge.type === "next");
    // A menu or a read-back tells all that may come of it: "otherwise" is seldom, and only where it is drawn.
    const told = node.type === "menu" || node.type === "confirm" || node.type === "subagent";
    if (used || !told || names.length === 0) found.push({ id: "next", kind: "next", label: "", used });
  }
  if (leadsOn(node)) found.push({ id: "more", kind: "more", label: "", used: false });
  return found;
}

export function outletOf(edge: FlowEdge, number: number): string {
  if (edge.type === "next") return "next";
  if (edge.type === "outcome") return `outcome:${textOf(edge.outcome)}`;
  return `edge:${number}`;
}

function kindOf(edge: FlowEdge): Outlet["kind"] {
  switch (edge.type) {
    case "expression":
    case "intent":
    case "key":
    case "timeout":
    case "error":
    case "judged":
      return edge.type;
    default:
      return "more";
  }
}

/** When an edge is taken, in few words. */
export function edgeLabel(edge: FlowEdge): string {
  if (textOf(edge.label)) return textOf(edge.label);
  switch (edge.type) {
    case "outcome":
      return textOf(edge.outcome);
    case "expression":
    case "judged":
      return textOf(edge.when);
    case "intent":
      return textOf(edge.intent);
    case "key":
      return textOf(edge.keys);
    case "timeout":
      return typeof edge.after === "number" ? `${edge.after}×` : "3×";
    case "error":
      return Array.isArray(edge.errors) && edge.errors.length > 0 ? edge.errors.join(", ") : "";
    default:
      return "";
  }
}
