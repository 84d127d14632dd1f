import { expect, test } from "vitest";
import { heardAndRest } from "./heard";

test("what was heard is told apart from what was left unsaid", () => {
  expect(heardAndRest("Thursday, the 26th. At what time?", "Thursday, the")).toEqual([
    "Thursday, the",
    "26th. At what time?",
  ]);
  expect(heardAndRest("Hello there", "Hello there")).toEqual(["Hello there", ""]);
  expect(heardAndRest("Hello there", "")).toEqual(["", "Hello there"]);
  expect(heardAndRest("Hello, there", "Hello")).toEqual(["Hello", "there"]);
});

test("words that were spoken otherwise are not matched by force", () => {
  expect(heardAndRest("It is 14:30.", "It is half past")).toEqual(["It is half past", ""]);
});
