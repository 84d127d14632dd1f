import { expect, test } from "vitest";
import { limitOf, NO_LIMITS, nearest, quotaOf, textsOf } from "./quota";

test("what is left empty has no limit, and nought is one", () => {
  expect([limitOf(" "), limitOf("0"), limitOf("2,5")]).toEqual([null, 0, 2.5]);
  expect(quotaOf({ ...NO_LIMITS, tokens: "5" })).toMatchObject({ tokens: 5, requests: null });
});

test("what is no number from 0 up is told apart from no limit", () => {
  expect([limitOf("-1"), limitOf("many"), limitOf("Infinity")]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test("limits and their texts are each other's inverse", () => {
  expect(quotaOf(textsOf({ call_minutes: 2000 }))).toMatchObject({ call_minutes: 2000, tokens: null });
});

test("of several limits the one that is nearly spent is told", () => {
  expect(nearest({ requests: 100, tokens: 10 }, { requests: 50, tokens: 9 })).toMatchObject({
    kind: "tokens",
    share: 0.9,
  });
  expect(nearest({ requests: 0 }, {})).toMatchObject({ share: 1 });
  expect(nearest({}, { requests: 5 })).toBeNull();
});
