import { expect, test } from "vitest";
import { daily, days, grouped, type Row, summed } from "./summing";

const row = (more: Partial<Row>): Row => ({ kind: "calls", amount: 1, cost: null, unpriced: 0, ...more });

test("what has no price is no zero", () => {
  expect(summed([row({})]).cost).toBeNull();
  expect(summed([row({ cost: 0.5 }), row({ kind: "stt_seconds", unpriced: 3 })])).toEqual({
    amounts: { calls: 1, stt_seconds: 1 },
    cost: 0.5,
    unpriced: true,
  });
});

test("days without any usage stand in the chart all the same", () => {
  const all = days("2026-10-30", "2026-11-02");
  expect(all).toEqual(["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"]);
  const rows = [row({ day: "2026-11-01", amount: 2 }), row({ day: "2026-11-01", amount: 3 })];
  expect(daily(rows, all, (sums) => sums.amounts.calls ?? 0)).toEqual([0, 0, 5, 0]);
});

test("the costliest comes first", () => {
  const rows = [
    row({ agent: "a", cost: 1 }),
    row({ agent: "b", cost: 2 }),
    row({ agent: null, kind: "requests", amount: 9 }),
  ];
  expect(grouped(rows, (each) => each.agent).map(([key]) => key)).toEqual(["b", "a", ""]);
});
