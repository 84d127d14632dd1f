import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentOf, type FlowDocument, NoDocument, readFile, written } from "./document";
import {
  addNode,
  aligned,
  connect,
  copied,
  copiedOf,
  freshId,
  lead,
  mayLead,
  move,
  paste,
  putNode,
  remove,
  reorder,
} from "./edits";
import { begin, change, MERGE_MS, MOST_STEPS, redo, undo } from "./history";
import { arranged, backEdges, heightOf, leavingOf, NODE_WIDTH, placesOf } from "./layout";
import { outletOf, outletsOf } from "./outcomes";
import { atField, problemsOf, readerFindings, troubleOf } from "./problems";
import { followed, NOWHERE } from "./trail";
import { readIn, variableUses } from "./variables";

const FOLDER = new URL("../../../../../pipelines/flows/templates/", import.meta.url);
const templates = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => readFile(readFileSync(new URL(name, FOLDER), "utf8")));

const small: FlowDocument = documentOf({
  format: 1,
  name: "small",
  variables: [{ name: "place" }, { name: "pin", secret: true }],
  keep: { place: "place" },
  nodes: [
    { id: "start", type: "start" },
    { id: "ask", type: "collect", variable: "place", slot: { kind: "date" }, text: "Where?" },
    { id: "check", type: "confirm", facts: "{{ place }}.", changes: [{ variable: "place", say: ["place"] }] },
    { id: "end", type: "end_call", text: "Goodbye." },
  ],
  edges: [
    { type: "next", source: "start", target: "ask" },
    { type: "next", source: "ask", target: "check" },
    { type: "outcome", outcome: "yes", source: "check", target: "end" },
    { type: "expression", when: "place != null", source: "ask", target: "end" },
    { type: "intent", intent: "operator", phrases: ["operator"], source: "*", target: "end" },
  ],
});

test("documents go through the editor without a loss", () => {
  expect(templates.length).toBeGreaterThan(8);
  for (const document of templates) {
    expect(readFile(written(document))).toEqual(document);
    // Every edge begins at an outlet of its source, by which it is found again.
    const leaving = leavingOf(document);
    for (const node of document.nodes) {
      const own = leaving.get(node.id) ?? [];
      const outlets = new Set(outletsOf(node, own).map((one) => one.id));
      for (const [edge, number] of own)
        expect(outlets, `${document.name} ${node.id}`).toContain(outletOf(edge, number));
    }
  }
});

test("what is no document says why", () => {
  for (const wrong of ["[]", "{", "{}", '{"nodes": [{}]}', '{"nodes": [], "edges": [{"source": "a"}]}'])
    expect(() => readFile(wrong)).toThrow(NoDocument);
  expect(readFile('{"document": {"name": "x", "nodes": []}, "personas": []}').name).toBe("x");
});

test("a node's outlets are what may come of it", () => {
  const leaving = leavingOf(small);
  const ids = (id: string) => {
    const node = small.nodes.find((one) => one.id === id);
    return node === undefined ? [] : outletsOf(node, leaving.get(id) ?? []).map((one) => one.id);
  };
  expect(ids("check")).toEqual([
    "outcome:yes",
    "outcome:no",
    "outcome:cancel",
    "outcome:change place",
    "more",
  ]);
  expect(ids("ask")).toEqual(["edge:3", "next", "more"]);
  expect(ids("end")).toEqual([]);
});

test("connecting replaces what began there, and goes nowhere it may not", () => {
  const [once, number] = connect(small, "check", "outcome:no", "ask");
  expect(once.edges[number]).toEqual({ type: "outcome", outcome: "no", source: "check", target: "ask" });
  const [twice, same] = connect(once, "check", "outcome:no", "end");
  expect(same).toBe(number);
  expect(twice.edges).toHaveLength(once.edges.length);
  expect(twice.edges[number]?.target).toBe("end");
  expect(connect(twice, "check", "outcome:no", "end")[0]).toBe(twice);
  expect(mayLead(small, "ask", "start")).toBe(false);
  expect(mayLead(small, "*", "ask")).toBe(true);
  expect(lead(small, 0, { target: "end" }).edges[0]?.target).toBe("end");
});

test("a new name of a node is followed by its edges, and removing takes them along", () => {
  const ask = small.nodes[1];
  if (ask === undefined) throw new Error("no node");
  const renamed = putNode(small, "ask", { ...ask, id: "where" });
  expect(renamed.edges.filter((edge) => edge.source === "where" || edge.target === "where")).toHaveLength(3);
  expect(renamed.nodes[0]).toBe(small.nodes[0]);
  const without = remove(small, new Set(["ask"]), new Set([4]));
  expect(without.nodes).toHaveLength(3);
  expect(without.edges.map((edge) => edge.source)).toEqual(["check"]);
});

test("names are fresh, copies lie aside and keep their edges", () => {
  expect(freshId(small, "ask")).toBe("ask2");
  const [added, id] = addNode(small, { id: "ask", type: "say", text: "" }, { x: 1.6, y: 2 });
  expect([id, added.nodes.at(-1)?.position]).toEqual(["ask2", { x: 2, y: 2 }]);
  const copy = copied(small, new Set(["start", "ask", "check"]));
  expect(copy?.nodes.map((node) => node.id)).toEqual(["ask", "check"]);
  const again = copiedOf(JSON.stringify(copy));
  if (again === null) throw new Error("not a copy");
  const [pasted, names] = paste(small, again, { x: 40, y: 40 });
  expect([...names]).toEqual(["ask2", "check2"]);
  expect(pasted.edges.at(-1)).toEqual({ type: "next", source: "ask2", target: "check2" });
  expect(copiedOf("hello")).toBeNull();
  expect(copied(small, new Set(["start"]))).toBeNull();
});

test("edges of one source change places", () => {
  const [moved, number] = reorder(small, 3, -1);
  expect(number).toBe(1);
  expect(moved.edges[1]?.type).toBe("expression");
  expect(reorder(small, 0, -1)[0]).toBe(small);
});

test("undo and redo give back the very documents, and typing is one step", () => {
  let history = begin("");
  history = change(history, "a", "text", 1000);
  history = change(history, "ab", "text", 1500);
  history = change(history, "abc", "", 1600);
  expect(history.past).toEqual(["", "ab"]);
  history = undo(undo(history));
  expect(history.present).toBe("");
  expect(undo(history)).toBe(history);
  history = redo(redo(history));
  expect(history.present).toBe("abc");
  expect(redo(history)).toBe(history);
  history = change(undo(history), "x", "text", 1000);
  expect(history.future).toEqual([]);
  history = change(history, "xy", "text", 1000 + MERGE_MS);
  expect(history.past).toEqual(["", "ab", "x"]);
  for (let at = 0; at < MOST_STEPS + 9; at += 1) history = change(history, `${at}`, "", 0);
  expect(history.past).toHaveLength(MOST_STEPS);
});

test("laid out, no two nodes cover each other, also 200 of them", () => {
  const many: FlowDocument = {
    name: "many",
    nodes: Array.from({ length: 200 }, (_, at) => ({
      id: `n${at}`,
      type: at === 0 ? "start" : "say",
      text: "x",
    })),
    edges: Array.from({ length: 199 }, (_, at) => ({
      type: "next",
      source: `n${Math.floor(at / 3)}`,
      target: `n${at + 1}`,
    })),
  };
  for (const document of [...templates, many]) {
    const places = arranged(document);
    const leaving = leavingOf(document);
    const boxes = document.nodes.map((node) => {
      const at = places.get(node.id) ?? { x: Number.NaN, y: Number.NaN };
      return { ...at, height: heightOf(node, leaving.get(node.id) ?? []) };
    });
    const covered = boxes.flatMap((one, index) =>
      boxes
        .slice(index + 1)
        .filter(
          (other) =>
            !Number.isFinite(one.x + one.y) ||
            (Math.abs(one.x - other.x) < NODE_WIDTH - 1 &&
              one.y < other.y + other.height - 1 &&
              other.y < one.y + one.height - 1),
        ),
    );
    expect(covered, document.name).toEqual([]);
  }
});

test("what leads back is told from what leads on", () => {
  const back = {
    ...small,
    edges: [...small.edges, { type: "outcome", outcome: "no", source: "check", target: "ask" }],
  };
  expect([...backEdges(back, leavingOf(back))]).toEqual([5]);
});

test("what was put somewhere stays there", () => {
  const placed = move(small, new Map([["ask", { x: 5, y: 6 }]]));
  expect(placesOf(placed).get("ask")).toEqual({ x: 5, y: 6 });
  expect(placesOf(placed).size).toBe(5);
  expect(placesOf(small).get("*")).toBeDefined();
});

test("boxes are put in line and spread", () => {
  const boxes = [
    { id: "a", x: 0, y: 0, width: 10, height: 10 },
    { id: "b", x: 50, y: 7, width: 20, height: 10 },
    { id: "c", x: 200, y: 90, width: 10, height: 30 },
  ];
  expect([...aligned(boxes, "top").values()].map((at) => at.y)).toEqual([0, 0, 0]);
  expect([...aligned(boxes, "end").values()].map((at) => at.x)).toEqual([200, 190, 200]);
  expect([...aligned(boxes, "across").values()].map((at) => at.x)).toEqual([0, 95, 200]);
  expect(aligned(boxes.slice(1, 2), "top").size).toBe(0);
});

test("problems are found where they are mended", () => {
  const found = problemsOf([
    { severity: "warning", node: "ask", field: "edges.3.when", what: "w", remedy: "" },
    { severity: "error", node: "ask", field: "slot.options.0.key", what: "e", remedy: "" },
    { severity: "error", node: "", field: "variables.1.default", what: "v", remedy: "" },
  ]);
  expect(found.map((one) => [one.edge, one.variable, one.path])).toEqual([
    [null, null, "slot.options.0.key"],
    [null, 1, "default"],
    [3, null, "when"],
  ]);
  expect(troubleOf(found).get("ask")).toEqual({ errors: 1, warnings: 1 });
  expect(atField(found, "slot")).toHaveLength(1);
  expect(atField(found, "slo")).toHaveLength(0);
  const read = readerFindings(
    [
      "node 'ask' slot.options: Field required",
      "edge 4 (ask → end) when: too long",
      "variable 'pin' kind: wrong",
      "name: no",
    ],
    ["place", "pin"],
  );
  expect(read.map((one) => [one.node, one.field, one.what])).toEqual([
    ["ask", "slot.options", "Field required"],
    ["ask", "edges.3.when", "too long"],
    ["", "variables.1.kind", "wrong"],
    ["", "", "name: no"],
  ]);
});

test("variables know who fills and who reads them", () => {
  const uses = new Map(variableUses(small).map((one) => [one.name, one]));
  expect(uses.get("place")).toMatchObject({ filled: ["ask"], read: ["check", "ask"], declared: true });
  expect(uses.get("pin")).toMatchObject({ filled: [], read: [], secret: true });
  expect([...readIn({ type: "say", text: "a {{ place | kept }} b {% if people > 5 %}" })]).toEqual(
    expect.arrayContaining(["place", "people"]),
  );
  expect([...readIn({ when: "place == 'people'" })]).toEqual(["place"]);
});

test("a call is followed from node to node, also through a flow that it runs", () => {
  let trail = followed(NOWHERE, [
    { node: "start", why: "start" },
    { node: "ask", why: "next", from: "start" },
  ]);
  trail = followed(trail, [{ node: "check", from: "ask", why: "next", changed: { place: "Paris" } }]);
  expect(trail.active).toBe("check");
  expect(trail.ways.has("ask→check")).toBe(true);
  expect([...trail.fresh]).toEqual(["place"]);
  trail = followed(trail, [
    { node: "other:1/ask", from: "check", changed: { place: null } },
    { node: "end", from: "other:1/ask" },
  ]);
  expect(trail.visited.has("other:1/ask")).toBe(false);
  expect(trail.ways.has("check→end")).toBe(true);
  expect(trail.values.size).toBe(0);
  expect(followed(trail, [{ why: "failed", says: "tool", detail: "gone" }]).failed).toBe("tool: gone");
});
