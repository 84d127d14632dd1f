import { expect, test } from "vitest";
import { asked, EVERYTHING, narrowed, read, written } from "./filters";

const NOW = new Date(2026, 10, 23, 15, 30);

test("what stands in the address is read as it was written", () => {
  const filters = {
    ...EVERYTHING,
    q: '"mountain view"',
    agent: "demo",
    direction: "inbound",
    period: "week",
  } as const;
  expect(read(written(filters))).toEqual(filters);
  expect(written(EVERYTHING)).toBe("");
  expect(narrowed(EVERYTHING)).toBe(false);
});

test("what makes no sense in an address is left out", () => {
  expect(read("?direction=up&period=ever&q=")).toEqual(EVERYTHING);
});

test("a period begins at midnight here", () => {
  expect(asked({ ...EVERYTHING, period: "today" }, NOW).since).toBe(new Date(2026, 10, 23).toISOString());
  expect(asked({ ...EVERYTHING, period: "week" }, NOW).since).toBe(new Date(2026, 10, 17).toISOString());
  expect(asked(EVERYTHING, NOW)).toEqual({});
});

test("who is looked for is the caller, or who was called", () => {
  expect(asked({ ...EVERYTHING, party: " 49 " }, NOW)).toEqual({ from: "49" });
  expect(asked({ ...EVERYTHING, party: "49", direction: "outbound" }, NOW)).toEqual({
    to: "49",
    direction: "outbound",
  });
});
