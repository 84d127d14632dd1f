import { expect, test } from "vitest";
import { atFirst, dotOf, type Kind, lackingOf, newOf, ownSettings } from "./model";

const ACME: Kind = {
  name: "acme",
  title: "Acme",
  settings: {
    $defs: { Region: { type: "string", enum: ["eu", "us"] } },
    properties: {
      enabled: { type: "boolean", default: true },
      region: { $ref: "#/$defs/Region", default: "eu" },
      account_sid: { type: "string", description: "As its console shows it." },
      auth_token: { type: "string", format: "password", writeOnly: true },
      within_s: { anyOf: [{ type: "number", minimum: 1 }, { type: "null" }], default: null },
      networks: { type: "array", items: { type: "string" }, default: [] },
    },
  },
  secrets: ["auth_token"],
  required: ["account_sid", "auth_token"],
  capabilities: ["place"],
  variables: {},
  streams: true,
  needs_public_url: true,
  made_from: "documents",
};

test("what a kind needs comes first, what every account has is not its own", () => {
  const fields = ownSettings(ACME).map((one) => [one.key, one.kind, one.required]);
  expect(fields).toEqual([
    ["account_sid", "text", true],
    ["auth_token", "secret", true],
    ["region", "choice", false],
    ["within_s", "number", false],
    ["networks", "words", false],
  ]);
});

test("who begins sees what is needed, and all of it where nothing is", () => {
  const { first, more } = atFirst(ownSettings(ACME));
  expect(first.map((one) => one.key)).toEqual(["account_sid", "auth_token"]);
  expect(more.map((one) => one.key)).toEqual(["region", "within_s", "networks"]);
  expect(atFirst(ownSettings({ ...ACME, required: [] })).more).toEqual([]);
});

test("a choice names what is usual, and what may be nothing keeps its limits", () => {
  const [, , region, within] = ownSettings(ACME);
  expect(region?.usual).toBe("eu");
  expect(region?.choices?.map((one) => one.value)).toEqual(["eu", "us"]);
  expect(within).toMatchObject({ min: 1, usual: undefined });
});

test("a new account takes a name that is free, and says what it lacks", () => {
  const form = newOf(ACME, ["acme", "acme-2"]);
  expect(form.name).toBe("acme-3");
  expect(lackingOf(form, ACME)).toContain("Account SID");
  expect(lackingOf({ ...form, settings: { account_sid: "AC1", auth_token: "x" } }, ACME)).toBe("");
});

test("an account that lacks something is not shown as well", () => {
  expect(dotOf({ standing: "ready", calls: 0, lacks: "no public address" }).status).toBe("warn");
  expect(dotOf({ standing: "ready", calls: 2, lacks: "" }).status).toBe("live");
  expect(dotOf({ standing: "troubled", calls: 0, lacks: "" }).status).toBe("bad");
});
