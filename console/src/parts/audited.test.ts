import { expect, test } from "vitest";
import { did, inWords, subjectOf } from "./audited";

const KEY = "ad28ef0b-42d6-41dd-8e5c-3f8d53a45609";
const line = (action: string, subject: string, change = {}) => ({ action, subject, change });

test("what was done is told by names, not by numbers", () => {
  const names = new Map([[KEY, "CRM"]]);
  expect(subjectOf(line("key.revoke", `key:${KEY}`), names)).toBe("Key CRM");
  expect(
    subjectOf(line("webhook.add", `webhook:${KEY.replace("a", "b")}`, { url: "https://a" }), names),
  ).toBe("Webhook https://a");
  expect(subjectOf(line("agent.change", "agent:demo", { columns: ["name"] }), names)).toBe("Agent demo");
  expect(subjectOf(line("number.add", "number:+4930123"), names)).toBe("Number +4930123");
  expect(subjectOf(line("session.begin", `session:${KEY.replace("a", "c")}`), names)).toBe(
    "Browser cd28ef0b",
  );
});

test("signing in is no beginning of something", () => {
  expect([did("session.begin"), did("erasure.begin"), did("key.rotate"), did("new.thing")]).toEqual([
    "signed in",
    "began",
    "renewed the secret of",
    "new.thing",
  ]);
});

test("what is different is told without the signs of programs", () => {
  expect(inWords({ columns: ["voice", "call_minutes"] })).toBe("voice, call minutes");
  expect(inWords({ quota: { call_minutes: 2000 }, active: true, trunk: null })).toBe(
    "quota: call minutes 2,000 · active: yes · trunk: none",
  );
});
