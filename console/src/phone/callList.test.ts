import { expect, it } from "vitest";
import { newCall } from "./call";
import { added, type CallList, dropped, find, happened, live, NO_CALLS } from "./callList";

const AT = 1_000_000;
const of = (...calls: [id: string, direction: "in" | "out"][]): CallList =>
  calls.reduce((list, [id, direction]) => added(list, newCall(id, direction, id, "", AT)), NO_CALLS);
const end = (list: CallList, id: string, here = false) =>
  happened(list, id, { kind: "ended", at: AT + 1000, fault: null, here });

it("shows a call that is placed, and one that comes in while nobody talks", () => {
  expect(of(["a", "in"]).shown).toBe("a");
  expect(of(["a", "in"], ["b", "in"]).shown).toBe("a");
  expect(of(["a", "in"], ["b", "out"]).shown).toBe("b");
  // Over, it lies on the screen for a moment yet, and gives way.
  expect(added(end(of(["a", "out"]), "a"), newCall("b", "in", "b", "", AT)).shown).toBe("b");
});

it("gives the screen back to a call that goes on, and counts what was missed", () => {
  const over = end(of(["a", "out"], ["b", "in"], ["c", "in"]), "a");
  expect(over.shown).toBe("c");
  expect(live(over).map((call) => call.id)).toEqual(["b", "c"]);
  expect(over.past.map((past) => past.id)).toEqual(["a"]);
  const missed = end(over, "b");
  expect(missed.missed).toBe(1);
  expect(missed.past.map((past) => past.id)).toEqual(["b", "a"]);
});

it("ends a call once, whoever says so again", () => {
  const over = end(of(["a", "in"]), "a");
  expect(end(over, "a")).toBe(over);
  expect(end(over, "nobody")).toBe(over);
});

it("drops what is over alone", () => {
  const two = of(["a", "out"], ["b", "in"]);
  expect(dropped(two, "a")).toBe(two);
  const one = dropped(end(two, "a"), "a");
  expect(find(one, "a")).toBeUndefined();
  expect(one.shown).toBe("b");
});
