import { expect, test } from "vitest";
import { outline } from "./waveform";

test("an outline goes over the peaks and back below them", () => {
  expect(outline([1, 0], 20)).toBe("M0,1L1,9.4L1,10.6L0,19Z");
  expect(outline([], 20)).toBe("");
});

test("peaks beyond full scale stay inside the lane", () => {
  expect(outline([7, -1], 20)).toBe(outline([1, 0], 20));
});
