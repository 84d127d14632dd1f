import { expect, test } from "vitest";
import { attentions, attentionTitle } from "./attention";

const part = (name: string, required: boolean, detail = "is gone", mend = "start it") => ({
  name,
  ok: false,
  required,
  detail,
  mend,
});

test("a server that is well needs nobody", () => {
  const health = { draining: false, components: [{ ...part("database", true), ok: true }] };
  expect(attentions({ health, keys: { items: [{ active: true, revoked_at: null }] } })).toEqual([]);
});

test("what no call can be served without comes before what is only worse", () => {
  const health = { draining: false, components: [part("flow a", false), part("database", true)] };
  expect(attentions({ health }).map((one) => [one.id, one.tone])).toEqual([
    ["part database", "bad"],
    ["part flow a", "warn"],
  ]);
});

test("several faults of one part are one entry, each with how to mend it", () => {
  const health = {
    draining: false,
    components: [part("flow a", false, "no secret"), part("flow a", false, "no node")],
  };
  const [only] = attentions({ health });
  expect(only?.lines).toEqual(["No secret. Start it.", "No node. Start it."]);
  expect(only?.href).toBe("/flows");
});

test("a trunk that is switched off on purpose is no fault; a fault of its row is", () => {
  const down = { name: "a", fault: "", enabled: false, standing: "down", why: "" };
  expect(attentions({ trunks: [down] })).toEqual([]);
  expect(attentions({ trunks: [{ ...down, fault: "no host" }] })[0]?.lines).toEqual(["No host."]);
  expect(attentions({ trunks: [{ ...down, enabled: true, why: "no answer to OPTIONS" }] })).toHaveLength(1);
});

test("without an active key somebody is told so", () => {
  const keys = {
    items: [
      { active: false, revoked_at: null },
      { active: true, revoked_at: "2026-11-01" },
    ],
  };
  expect(attentions({ keys }).map((one) => one.id)).toEqual(["no key"]);
});

test("the title counts what is broken, else what may be looked at", () => {
  const health = { draining: false, components: [part("flow a", false), part("database", true)] };
  expect(attentionTitle(attentions({ health }))).toBe("1 thing needs mending");
  expect(attentionTitle(attentions({ health: { draining: true, components: [] } }))).toBe(
    "1 thing to look at",
  );
});

test("a trunk that health speaks of is told once, with health's way to mend it", () => {
  const health = { draining: false, components: [part("trunk a", false)] };
  const trunks = [{ name: "a", fault: "", standing: "down", why: "no answer" }];
  expect(attentions({ health, trunks }).map((one) => [one.id, one.tone])).toEqual([["part trunk a", "bad"]]);
});
