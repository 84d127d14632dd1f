import { expect, test } from "vitest";
import { bytes, clock, cost, DASH, duration, ms, percent, relative } from "./format";

test("what is not known is a dash", () => {
  for (const said of [
    ms(null),
    cost(undefined),
    clock(Number.NaN),
    relative(""),
    percent(Number.POSITIVE_INFINITY),
  ])
    expect(said).toBe(DASH);
});

test("a clock of seconds has hours only where there are some", () => {
  expect([clock(7.9), clock(765), clock(3723)]).toEqual(["0:07", "12:45", "1:02:03"]);
});

test("latencies change to seconds where milliseconds are many", () => {
  expect([ms(312.4), ms(1240)]).toEqual(["312 ms", "1.24 sec"]);
});

test("small costs keep what makes them differ from nothing", () => {
  expect([cost(0), cost(0.0042), cost(12.5)]).toEqual(["$0.00", "$0.0042", "$12.50"]);
});

test("sizes and spans", () => {
  expect([bytes(1), bytes(999), bytes(1500), duration(42), duration(18_720)]).toEqual([
    "1 byte",
    "999 bytes",
    "1.5 kB",
    "42 sec",
    "5.2 hr",
  ]);
  expect(percent(0.256)).toBe("26%");
});

test("times relative to now", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  expect(relative("2026-11-23T11:57:00Z", now)).toBe("3 minutes ago");
  expect(relative("2026-11-25T12:00:00Z", now)).toBe("in 2 days");
});
