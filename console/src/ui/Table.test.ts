import { expect, test } from "vitest";
import { ordered } from "./Table";

const columns = [
  { id: "n", header: "n", cell: () => null, sort: (row: { n: number | string | null }) => row.n },
];
const names = (rows: readonly { n: number | string | null }[], by: string) =>
  ordered(rows, columns, by).map((row) => row.n);

test("figures are ordered as figures, both ways, and what is missing comes last", () => {
  const rows = [{ n: 10 }, { n: null }, { n: 9 }];
  expect(names(rows, "n")).toEqual([9, 10, null]);
  expect(names(rows, "-n")).toEqual([10, 9, null]);
});

test("names with figures in them are ordered as people count", () => {
  expect(names([{ n: "call 10" }, { n: "call 9" }], "n")).toEqual(["call 9", "call 10"]);
});

test("a column that is not there leaves the rows as they come", () => {
  expect(names([{ n: 2 }, { n: 1 }], "other")).toEqual([2, 1]);
});
