import { describe, expect, test } from "vitest";
import { ApiError } from "@/api/error";
import { faultsOf } from "./errors";
import { merged, same } from "./merging";

const unfit = (detail: unknown) => new ApiError(422, "agent_unfit", "voice: there is none", detail);

describe("faults", () => {
  test("stand at their fields, also those of parts", () => {
    const error = unfit([
      { field: "voice", problem: "there is none" },
      { field: "hours.fri.0", problem: "no part of a day" },
    ]);
    expect(faultsOf(error, ["voice", "hours"])).toEqual({
      fields: { voice: "there is none", hours: "hours.fri.0: no part of a day" },
      rest: "",
    });
  });
  test("of fields that are not shown are told all the same", () => {
    expect(faultsOf(unfit([{ field: "turn", problem: "no such key" }]), ["voice"]).rest).toBe(
      "turn: no such key",
    );
  });
  test("without a field are the message", () => {
    expect(faultsOf(unfit(null), ["voice"]).rest).toBe("voice: there is none");
    expect(faultsOf(new Error("away"), []).rest).toBe("away");
  });
});

describe("merging", () => {
  const base = { voice: "a", prompt: "b", tools: ["x"], turn: { a: 1, b: 2 } };
  test("takes what one of both changed", () => {
    const joined = merged(base, { ...base, prompt: "mine" }, { ...base, voice: "theirs" });
    expect(joined).toEqual({
      values: { ...base, prompt: "mine", voice: "theirs" },
      clashes: [],
      taken: ["voice"],
    });
  });
  test("asks about what both changed otherwise, and keeps mine meanwhile", () => {
    const joined = merged(base, { ...base, tools: ["y"] }, { ...base, tools: ["z"] });
    expect(joined.values.tools).toEqual(["y"]);
    expect(joined.clashes).toEqual([{ field: "tools", base: ["x"], mine: ["y"], theirs: ["z"] }]);
  });
  test("does not ask about what both changed alike", () => {
    const now = { ...base, turn: { b: 3, a: 1 } };
    expect(merged(base, { ...base, turn: { a: 1, b: 3 } }, now).clashes).toEqual([]);
  });
  test("compares values, not objects", () => {
    expect(same({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(same([1], { 0: 1 })).toBe(false);
    expect(same({ a: 1 }, { b: 1 })).toBe(false);
  });
});
