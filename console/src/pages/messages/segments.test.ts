import { expect, test } from "vitest";
import { plain, weigh } from "./segments";

test.each([
  ["", 0, false],
  ["x".repeat(160), 1, false],
  ["x".repeat(161), 2, false],
  ["x".repeat(306), 2, false],
  ["x".repeat(307), 3, false],
  ["€".repeat(80), 1, false],
  ["€".repeat(81), 2, false],
  ["ж".repeat(70), 1, true],
  ["ж".repeat(71), 2, true],
  ["😀".repeat(35), 1, true],
  ["😀".repeat(36), 2, true],
])("%j is so many messages", (text, segments, wide) => {
  expect(weigh(text)).toMatchObject({ segments, wide });
});

test("typography costs nothing where it is all that is in the way", () => {
  expect(plain("  “Soon” – she’s  here…  ")).toBe('"Soon" - she\'s here...');
  expect(plain("“Скоро”")).toBe("“Скоро”");
});

test("what still goes into the last message", () => {
  expect(weigh("").left).toBe(160);
  expect(weigh("x".repeat(150)).left).toBe(10);
  expect(weigh("x".repeat(161)).left).toBe(306 - 161);
});
