import { expect, test } from "vitest";
// @ts-expect-error a script of ours without types
import { compared, textsOf } from "../../scripts/catalogue.mjs";
import { type Catalogue, LANGUAGES } from "./i18n";

interface Text {
  counts: boolean;
  /** Of the catalogue's files, the one it stands in. */
  file: string;
}

/** Path below src/ → what it holds. */
const sources = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>(["/src/**/*.{ts,tsx}", "!/src/**/*.test.*"], {
      query: "?raw",
      import: "default",
      eager: true,
    }),
  ).map(([path, source]) => [path.replace("/src/", ""), source]),
);
const texts: Map<string, Text> = textsOf(sources);
/** `./catalogues/ar/calls.json` → its texts. */
const files = Object.entries(
  import.meta.glob<Catalogue>("./catalogues/*/*.json", { import: "default", eager: true }),
);
const TRANSLATED = LANGUAGES.filter((one) => one.code !== "en");
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("texts are found in calls of t and tn, however they are quoted", () => {
  const found = textsOf({
    "pages/calls/index.tsx": `t("a \\"b\\"") + t('c') + set("no") + tn("{count} d", "{count} ds", n) + x.t("no")`,
    "phone/call.ts": `t("c")`,
  });
  expect([...found]).toEqual([
    ['a "b"', { counts: false, file: "calls" }],
    ["c", { counts: false, file: "common" }],
    ["{count} ds", { counts: true, file: "calls" }],
  ]);
});

test.each(TRANSLATED)("$code has every text of the console, and no other", async ({ code, load }) => {
  const { lacking, stale } = compared(texts, await load());
  expect(
    lacking,
    `\`node scripts/catalogue.mjs ${code} --list\` says where they belong (docs/console.md, Languages)`,
  ).toEqual([]);
  expect(stale).toEqual([]);
});

test.each(files)("each text stands once, in the file of its page (`--tidy` moves them): %s", (path, own) => {
  const file = path.replace(/.*\/|\.json$/g, "");
  for (const text of Object.keys(own)) expect(texts.get(text)?.file ?? file, text).toBe(file);
});

test.each(TRANSLATED)("what counts has all plural forms of $code, and nothing else has", async (language) => {
  const forms = new Intl.PluralRules(language.code).resolvedOptions().pluralCategories.sort();
  for (const [text, found] of Object.entries(await language.load()))
    expect(typeof found === "string" ? "one text" : Object.keys(found).sort(), text).toEqual(
      texts.get(text)?.counts ? forms : "one text",
    );
});

test.each(TRANSLATED)("a translation of $code fills in the same names", async ({ load }) => {
  for (const [text, found] of Object.entries(await load())) {
    if (typeof found === "string") expect(names(found), text).toEqual(names(text));
    else {
      expect(names(found.other ?? ""), text).toEqual(names(text));
      // "one call", "no calls": these may say their number in words, and fill in nothing that is not there
      for (const form of Object.values(found))
        for (const name of names(form)) expect(names(text), form).toContain(name);
    }
  }
});
