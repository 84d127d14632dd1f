import { afterEach, expect, test } from "vitest";
import { speak, t, tn } from "./i18n";

afterEach(() => speak("en", {}));

test("a text without a translation is its own key, with its names filled in", () => {
  expect(t("Call {name}", { name: "Ada" })).toBe("Call Ada");
  expect(t("Call {name}")).toBe("Call {name}");
});

test("a name that holds braces is not filled in again", () => {
  expect(t("{a} and {b}", { a: "{b}", b: "2" })).toBe("{b} and 2");
});

test("plurals follow the rules of the language", () => {
  expect(tn("{count} call", "{count} calls", 1)).toBe("1 call");
  expect(tn("{count} call", "{count} calls", 1200)).toBe("1,200 calls");
  speak("ar", { "{count} calls": { two: "مكالمتان", few: "{count} مكالمات", other: "{count} مكالمة" } });
  expect(tn("{count} call", "{count} calls", 2)).toBe("مكالمتان");
  expect(tn("{count} call", "{count} calls", 3)).toContain("مكالمات");
});
