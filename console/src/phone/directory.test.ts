import { expect, it } from "vitest";
import { type Entry, found } from "./directory";

const entry = (address: string, name = address, kind: Entry["kind"] = "extension"): Entry => ({
  kind,
  address,
  name,
  note: "",
});
const ALL = [
  entry("101", "Zoë Kowalski"),
  entry("102", "Ada Lovelace"),
  entry("demo", "demo", "agent"),
  entry("reception", "reception", "agent"),
  entry("+493012345", "+493012345", "recent"),
];
const addresses = (typed: string) => found(ALL, typed).map(({ address }) => address);

it("finds by the beginning of a name, of any word, and of the number", () => {
  expect(addresses("zoe")).toEqual(["101"]);
  expect(addresses("love")).toEqual(["102"]);
  expect(addresses("10")).toEqual(["101", "102"]);
  expect(addresses("+49")).toEqual(["+493012345"]);
});

it("finds by the keys that spell a name", () => {
  expect(addresses("3366")).toEqual(["demo"]);
  expect(addresses("73")).toEqual(["reception"]);
});

it("puts what fits wholly first", () => {
  const all = [entry("1011"), entry("101")];
  expect(found(all, "101").map(({ address }) => address)).toEqual(["101", "1011"]);
});

it("lists an address once, and nobody for nothing", () => {
  expect(found([entry("101"), entry("101", "Zoë", "recent")], "101")).toHaveLength(1);
  expect(found(ALL, "  ")).toEqual([]);
  expect(found(ALL, "nobody")).toEqual([]);
});
