import { afterEach, expect, test } from "vitest";
import { clock, cost, dateTime, ms, number, outOf, percent } from "./format";
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

test("Arabic has the same digits everywhere, whatever a browser takes plain Arabic for", () => {
  speak("ar", {});
  const said = [number(1234.5, 1), percent(0.25), clock(765), dateTime("2026-11-23T12:00:00Z"), ms(312)];
  for (const each of said) expect(each).toMatch(/^[^٠-٩۰-۹]*$/);
  expect(tn("{count} call", "{count} calls", 1200)).toContain("1,200");
});

test("a right-to-left text that begins with a Latin word keeps the text's direction where the first letter decides", () => {
  speak("ar", {
    "As {x}": "JSON كما {x}",
    "{x} is up": "{x} يعمل",
    "On {x}": "على {x}",
    VoiceForge: "VoiceForge",
  });
  expect(t("As {x}", { x: 1 })).toBe("\u200fJSON كما 1");
  expect(t("{x} is up", { x: "SIP" })).toBe("\u200f\u2068SIP\u2069 يعمل");
  expect([t("On {x}", { x: 1 }), t("VoiceForge")]).toEqual(["على 1", "VoiceForge"]);
});

test("what is filled into a right-to-left text keeps its direction", () => {
  speak("ar", { "Call {name}": "اتصل بـ {name}" });
  expect(t("Call {name}", { name: "+49 30 1234" })).toBe("اتصل بـ \u2068+49 30 1234\u2069");
  expect(t("Call {name}", { name: "سارة" })).toBe("اتصل بـ سارة");
  expect(t("Call {name}", { name: "4.3" })).toBe("اتصل بـ 4.3");
  expect([outOf(3, 10), cost(0.0097)]).toEqual(["\u20663 / 10\u2069", "\u20660.0097\u00a0$\u2069"]);
  speak("en", {});
  expect([outOf(3, 10), cost(0.0097)]).toEqual(["3 / 10", "$0.0097"]);
});
