import { expect, test } from "vitest";
// @ts-expect-error a script of ours without types
import { compared, textsOf } from "../../scripts/catalogue.mjs";
import ar from "./catalogues/ar.json";
import type { Catalogue } from "./i18n";

const sources = Object.values(
  import.meta.glob(["../**/*.{ts,tsx}", "!../**/*.test.*"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
) as string[];
const catalogue: Catalogue = ar;

test("texts are found in calls of t and tn, however they are quoted", () => {
  const texts = textsOf([
    `t("a \\"b\\"") + t('c') + set("no") + tn("{count} d", "{count} ds", n) + x.t("no")`,
  ]);
  expect([...texts]).toEqual([
    ['a "b"', false],
    ["c", false],
    ["{count} ds", true],
  ]);
});

test("Arabic has no text that the console does not, and plural forms where something is counted", () => {
  const texts: Map<string, boolean> = textsOf(sources);
  expect(compared(texts, catalogue).stale).toEqual([]);
  for (const [text, found] of Object.entries(catalogue))
    if (texts.get(text)) expect(typeof found, text).toBe("object");
});

test("a translation fills in the same names", () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [text, found] of Object.entries(catalogue)) {
    if (typeof found === "string") expect(names(found), text).toEqual(names(text));
    else expect(names(found.other ?? ""), text).toEqual(names(text));
  }
});
