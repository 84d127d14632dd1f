import { expect, it } from "vitest";
import { hostOf, target } from "./target";

const dialled = (typed: string) => target(typed, "voice.example");

it("dials numbers as people write them", () => {
  expect(dialled(" +49 (30) 123-456/7 ")).toEqual({
    uri: "sip:+49301234567@voice.example",
    shown: "+49301234567",
  });
  expect(dialled("tel:+4930123")?.shown).toBe("+4930123");
  expect(dialled("*98#")?.uri).toBe("sip:*98%23@voice.example");
});

it("dials extensions, agents and whole addresses", () => {
  expect(dialled("demo")?.uri).toBe("sip:demo@voice.example");
  expect(dialled("web-ada")?.uri).toBe("sip:web-ada@voice.example");
  expect(dialled("sip:bob@pbx.example:5080")).toEqual({
    uri: "sip:bob@pbx.example:5080",
    shown: "bob@pbx.example:5080",
  });
  expect(dialled("sip:101@voice.example")?.shown).toBe("101");
});

it("dials nothing that would end or add to a header", () => {
  for (const typed of [
    "",
    "  ",
    "a b",
    "<x>",
    "x;method=REFER",
    "x?Replaces=1",
    "a@b\r\nX: 1",
    "a@b:70000",
    "é",
    "x".repeat(200),
  ])
    expect(dialled(typed)).toBeNull();
});

it("knows where the server is by its Contact", () => {
  expect(hostOf("<sip:127.0.0.1:5071;transport=ws>")).toBe("127.0.0.1:5071");
  expect(hostOf('"x" <sip:voiceforge@[::1]:5060>;expires=5')).toBe("[::1]:5060");
  expect(hostOf("sips:pbx.example")).toBe("pbx.example");
  expect(hostOf("")).toBe("");
});
