import { expect, it } from "vitest";
import { eased, rmsDb, share } from "./level";

it("tells the level of a sine wave: 3 dB below its peak", () => {
  const wave = Float32Array.from(
    { length: 4800 },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * 100 * at) / 48_000),
  );
  expect(rmsDb(wave)).toBeCloseTo(20 * Math.log10(0.5) - 3.0103, 2);
});

it("calls silence and nothing silent", () => {
  expect(rmsDb(new Float32Array(100))).toBe(Number.NEGATIVE_INFINITY);
  expect(rmsDb([])).toBe(Number.NEGATIVE_INFINITY);
});

it("puts levels on a meter from -60 to 0 dBFS", () => {
  expect(share(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(share(-60)).toBe(0);
  expect(share(-30)).toBeCloseTo(0.5);
  expect(share(3)).toBe(1);
  expect(share(Number.NaN)).toBe(0);
});

it("rises at once and falls slowly, never below what there is", () => {
  expect(eased(0.2, 0.9, 0.016)).toBe(0.9);
  expect(eased(0.9, 0.1, 0.1)).toBeCloseTo(0.74);
  expect(eased(0.12, 0.1, 1)).toBe(0.1);
});
