import { expect, test } from "vitest";
import type { Trunk } from "@/parts/data";
import { MASK } from "@/parts/secrets";
import { bodyOf, dotOf, formOf, inOrder, standingOf } from "./model";

const TRUNK = {
  name: "north",
  version: 3,
  fault: "",
  status: {
    standing: "doubted",
    why: "403 Forbidden",
    registered: false,
    reachable: true,
    calls: 0,
    lately: { attempts: 4, answered: 3, answer_seizure_ratio: 0.75, codes: { "486": 1, silent: 2 } },
    total: {},
  },
  host: "sip.example",
  password: MASK,
  quirks: { md5_only: true },
  dial: { rewrites: [{ match: "1(.*)", replace: "\\1" }], strip: "", prepend: "00" },
  priority: 10,
} as unknown as Trunk;

test("what the form does not show stays as it is", () => {
  const body = bodyOf({ ...formOf(TRUNK), host: "other.example" }, TRUNK) as Record<string, unknown>;
  expect(body.host).toBe("other.example");
  expect(body.quirks).toEqual({ md5_only: true });
  expect(body.dial).toEqual({ rewrites: [{ match: "1(.*)", replace: "\\1" }], strip: "", prepend: "00" });
  expect(body.password).toBe(MASK);
  for (const name of ["status", "fault", "version", "name"]) expect(name in body).toBe(false);
});

test("a trunk that is refused says that it is not registered, and why", () => {
  expect(dotOf(TRUNK)).toMatchObject({ status: "bad" });
  expect(standingOf(TRUNK)?.lately.codes).toEqual([
    ["486", 1],
    ["silent", 2],
  ]);
});

test("trunks stand in the order in which they are tried", () => {
  const other = { ...TRUNK, name: "a", priority: 20 } as Trunk;
  expect(inOrder([other, TRUNK]).map((one) => one.name)).toEqual(["north", "a"]);
});
