import { expect, test } from "vitest";
import type { Trunk } from "@/parts/data";
import { bodyOf, NEW_TRUNK } from "./model";
import { chosen, type Preset, patchOf, settingsOf } from "./presets";

const CARRIER: Preset = {
  name: "acme",
  title: "Acme",
  signing: ["password"],
  regions: [
    { name: "near", words: "the nearest", host: "{trunk}.acme.example" },
    { name: "eu", words: "Europe", host: "{trunk}.eu.acme.example" },
  ],
  blanks: [{ name: "trunk", words: "its name", example: "shop", pattern: "[a-z]+" }],
  settings: {
    codecs: ["PCMA"],
    receive: { rewrites: [{ match: "(1)", replace: "+\\1" }], strip: "", prepend: "" },
  },
  secure: { transport: "tls", encryption: "required" },
  steps: [],
  sources: [],
};

test("a preset fills in what is known, and leaves who we are and whom we may call", () => {
  const choice = { ...chosen(CARRIER), region: "eu", blanks: { trunk: "shop" }, secure: true };
  const form = { ...NEW_TRUNK, username: "me", prefixes: ["+49"], ...patchOf(choice) };
  expect(form).toMatchObject({
    host: "shop.eu.acme.example",
    transport: "tls",
    encryption: "required",
    codecs: ["PCMA"],
    username: "me",
    prefixes: ["+49"],
  });
  const body = bodyOf(form, settingsOf(choice) as unknown as Trunk) as Record<string, unknown>;
  expect(body.receive).toMatchObject({ rewrites: [{ match: "(1)", replace: "+\\1" }] });
});

test("a blank that does not fit leaves no host", () => {
  expect(settingsOf({ ...chosen(CARRIER), blanks: { trunk: "shop.evil" } }).host).toBe("");
  expect(settingsOf(chosen(CARRIER)).host).toBe("");
});
