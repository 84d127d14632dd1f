import { expect, test } from "vitest";
import { difference } from "./diff";
import { documentOf } from "./document";

const before = documentOf({
  name: "x",
  nodes: [
    { id: "start", type: "start" },
    { id: "a", type: "say", text: "One.", position: { x: 1, y: 1 } },
    { id: "b", type: "say", text: "Gone." },
  ],
  edges: [
    { type: "next", source: "start", target: "a" },
    { type: "next", source: "a", target: "b" },
    { type: "expression", when: "x", source: "start", target: "b" },
  ],
});
const after = documentOf({
  name: "x",
  about: "more",
  nodes: [
    { id: "start", type: "start" },
    { id: "a", type: "say", text: "Two.", position: { x: 9, y: 9 } },
    { id: "c", type: "say", text: "New." },
  ],
  edges: [
    { type: "next", source: "start", target: "a" },
    { type: "next", source: "a", target: "c" },
  ],
});

test("what came, went and is otherwise, all in one picture", () => {
  const found = difference(before, after);
  expect([...found.nodes]).toEqual([
    ["start", "same"],
    ["a", "changed"],
    ["c", "added"],
    ["b", "removed"],
  ]);
  expect(found.fields.get("a")).toEqual([{ field: "text", before: "One.", after: "Two." }]);
  expect(found.document.edges.map((edge) => edge.target)).toEqual(["a", "c", "b"]);
  expect(found.edges).toEqual(["same", "changed", "removed"]);
  expect(found.count).toEqual({ added: 1, removed: 2, changed: 2 });
  expect(found.rest.map(({ field }) => field)).toEqual(["about"]);
});

test("where nodes are drawn is no difference", () => {
  const moved = { ...before, nodes: before.nodes.map((node) => ({ ...node, position: { x: 7, y: 7 } })) };
  expect(difference(before, moved)).toMatchObject({
    count: { added: 0, removed: 0, changed: 0 },
    rest: [],
  });
});
