import { expect, test } from "vitest";
import { DocumentSchema, fault, put } from "./schema";

/** As the API tells it, in small. */
const schema = new DocumentSchema({
  $defs: {
    Say: {
      type: "object",
      required: ["id", "type", "text"],
      properties: {
        id: { type: "string", pattern: "^[a-z]+$" },
        type: { const: "say" },
        text: { type: "string", minLength: 1, maxLength: 2000, description: "What is said." },
        loud: { type: "boolean", default: false },
        position: { anyOf: [{ $ref: "#/$defs/At" }, { type: "null" }], default: null, description: "Where." },
      },
    },
    At: { type: "object", properties: { x: { type: "number" } }, description: "A place." },
    Ask: {
      type: "object",
      required: ["id", "type", "slot"],
      properties: {
        id: { type: "string" },
        type: { const: "ask" },
        slot: {
          discriminator: { propertyName: "kind", mapping: { a: "#/$defs/A", b: "#/$defs/B" } },
          oneOf: [{ $ref: "#/$defs/A" }, { $ref: "#/$defs/B" }],
        },
        by: { type: "array", items: { enum: ["voice", "keys"] }, default: ["voice"] },
        seconds: { type: "integer", minimum: 5, maximum: 60, default: 7 },
        words: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }], default: null },
        give: { type: "object", additionalProperties: { type: "string" } },
        when: { type: "string", maxLength: 2000 },
      },
    },
    A: {
      type: "object",
      required: ["kind", "options"],
      properties: {
        kind: { const: "a" },
        offer: { type: "string" },
        options: { type: "array", minItems: 1, items: { $ref: "#/$defs/At" } },
      },
    },
    B: {
      type: "object",
      required: ["kind"],
      properties: { kind: { const: "b" }, offer: { type: "string" } },
    },
  },
  properties: {
    nodes: {
      type: "array",
      items: {
        discriminator: { propertyName: "type", mapping: { say: "#/$defs/Say", ask: "#/$defs/Ask" } },
        oneOf: [],
      },
    },
  },
});

function fieldsOf(type: string) {
  const found = schema.nodes.get(type);
  if (found === undefined) throw new Error(type);
  return new Map(schema.fields(found, ["id"]).map((field) => [field.name, field]));
}

test("every field gets the control that it wants", () => {
  expect([...schema.nodes.keys()]).toEqual(["say", "ask"]);
  const say = fieldsOf("say");
  expect([...say.keys()]).toEqual(["text", "loud", "position"]);
  expect(say.get("text")).toMatchObject({ control: "text", required: true, about: "What is said." });
  expect(say.get("position")).toMatchObject({ control: "object", nothing: true, about: "Where." });
  const ask = fieldsOf("ask");
  expect([...ask.values()].map((field) => field.control)).toEqual([
    "union",
    "choices",
    "number",
    "lines",
    "map",
    "expression",
  ]);
  expect(ask.get("words")?.nothing).toBe(true);
});

test("a new part is the least that fits, and another kind keeps what both have", () => {
  const ask = schema.nodes.get("ask");
  const kinds = fieldsOf("ask").get("slot");
  const union = kinds === undefined ? null : schema.union(kinds.schema);
  const b = union?.kinds.get("b");
  if (ask === undefined || b === undefined) throw new Error("no such kind");
  expect(schema.least(ask)).toEqual({ id: "", type: "ask", slot: { kind: "a", options: [{}] } });
  expect(schema.become({ kind: "a", offer: "o", options: [] }, "kind", "b", b)).toEqual({
    kind: "b",
    offer: "o",
  });
});

test("what is typed wrong is told at once", () => {
  const ask = fieldsOf("ask");
  const seconds = ask.get("seconds");
  const text = fieldsOf("say").get("text");
  if (seconds === undefined || text === undefined) throw new Error("no such field");
  expect([4, 61, 7.5, 7, undefined].map((value) => fault(seconds, value))).toEqual([
    "least",
    "most",
    "whole",
    "",
    "",
  ]);
  expect([undefined, "", "x", "x".repeat(2001)].map((value) => fault(text, value))).toEqual([
    "required",
    "required",
    "",
    "longest",
  ]);
});

test("what counts anyway is not written", () => {
  const seconds = fieldsOf("ask").get("seconds");
  if (seconds === undefined) throw new Error("no such field");
  expect(put({ id: "x" }, seconds, 9)).toEqual({ id: "x", seconds: 9 });
  expect(put({ id: "x", seconds: 9 }, seconds, 7)).toEqual({ id: "x" });
  expect(put({ id: "x", seconds: 9 }, seconds, undefined)).toEqual({ id: "x" });
});
