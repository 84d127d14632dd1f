import { expect, test } from "vitest";
import { hoursOf, openHours, openSpans, span } from "./week";

test("spans are minutes of their day, and may go on past midnight", () => {
  expect(span("09:00-17:30")).toEqual({ from: 540, to: 1050 });
  expect(span("22:00-02:00")).toEqual({ from: 1320, to: 1560 });
  expect(span("00:00-24:00")).toEqual({ from: 0, to: 1440 });
  for (const text of ["9-17", "25:00-26:00", "10:61-11:00", ""]) expect(span(text)).toBeNull();
});

test("what goes on past midnight is open on the day after", () => {
  const open = openSpans({ fri: ["22:00-02:00"], sun: ["23:00-01:00"] });
  expect(open.fri).toEqual([{ from: 1320, to: 1440 }]);
  expect(open.sat).toEqual([{ from: 0, to: 120 }]);
  expect(open.mon).toEqual([{ from: 0, to: 60 }]);
});

test("a week is counted in hours, whatever cannot be read left out", () => {
  expect(openHours({ mon: ["09:00-12:00", "13:00-17:30"], tue: ["nonsense"] })).toBe(7.5);
  expect(hoursOf({ mon: ["09:00-17:00"], x: 1 })).toEqual({ mon: ["09:00-17:00"] });
  expect(hoursOf(null)).toBeNull();
});
