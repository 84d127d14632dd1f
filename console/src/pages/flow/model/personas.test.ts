import { expect, test } from "vitest";
import { EXAMPLE, personasOf, rememberCallers, rememberedCallers } from "./personas";

test("those that come with the server need no words", () => {
  expect(personasOf({ by: "ready", text: "nonsense" })).toEqual({ found: [], fault: "" });
});

test("one, several, or a file with personas are taken", () => {
  const own = (text: string) => personasOf({ by: "own", text });
  expect(own('{"name": "ann"}').found).toEqual([{ name: "ann" }]);
  expect(own('{"document": {}, "personas": [{"name": "ann"}, {"name": "bob"}]}').found).toHaveLength(2);
  expect(own(EXAMPLE)).toMatchObject({ fault: "", found: [{ name: "wants two seats" }] });
});

test("what cannot call says why", () => {
  for (const text of ["", "[", "[]", "[1]", "null", '"ann"', JSON.stringify(Array(201).fill({}))])
    expect(personasOf({ by: "own", text }).fault, text).not.toBe("");
});

test("who calls is remembered for each flow, while the page is open", () => {
  rememberCallers("one", { by: "own", text: "[]" });
  expect(rememberedCallers("one").text).toBe("[]");
  expect(rememberedCallers("other")).toEqual({ by: "ready", text: "" });
});
