import { expect, test } from "vitest";
import { median } from "./useCall";

test("the middle one of an odd number, the mean of the middle two else, nothing of nothing", () => {
  expect(median([300, 100, 200])).toBe(200);
  expect(median([100, 400, 200, 300])).toBe(250);
  expect(median([])).toBeNull();
});
