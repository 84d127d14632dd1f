import { expect, test } from "vitest";
import { betweenOf, byDay, dialled, isE164, pathOf, type Text } from "./model";

test("a conversation's address names it", () => {
  const one = { account: "twilio", number: "+4915112345678", ours: "+4930555001" };
  expect(betweenOf(pathOf(one).split("?")[1] ?? "")).toEqual(one);
  expect(betweenOf("account=twilio")).toBeNull();
  expect(betweenOf("new")).toBeNull();
});

test("numbers are taken as people write them", () => {
  expect(dialled("+49 (151) 123-45 678")).toBe("+4915112345678");
  expect(dialled("0049 151 12345678")).toBe("+4915112345678");
  expect(isE164("+4915112345678")).toBe(true);
  for (const wrong of ["015112345678", "+", "+49x", "+0491511234567", "alice"])
    expect(isE164(wrong)).toBe(false);
});

test("days begin with the oldest", () => {
  const at = (id: string, time: string) => ({ id, at: time }) as Text;
  const days = byDay([
    at("c", "2026-11-23T12:00:00"),
    at("b", "2026-11-22T13:00:00"),
    at("a", "2026-11-22T12:00:00"),
  ]);
  expect(days.map((day) => day.texts.map((one) => one.id))).toEqual([["a", "b"], ["c"]]);
});
