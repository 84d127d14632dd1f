// Which texts of the console a language lacks, and which of its own no longer occur: `node scripts/catalogue.mjs [ar] [--list]`. Texts are the literals in calls of t() and tn() below src/.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A string literal, as JavaScript writes it. */
const LITERAL = String.raw`("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|${"`"}(?:[^${"`"}\\$]|\\.)*${"`"})`;
const ONE = new RegExp(String.raw`(?<![\w.$])t\(\s*${LITERAL}`, "g");
const COUNTED = new RegExp(String.raw`(?<![\w.$])tn\(\s*${LITERAL}\s*,\s*${LITERAL}`, "g");

/** All texts of these sources: those that count have plural forms. */
export function textsOf(sources) {
  const found = new Map();
  for (const source of sources) {
    for (const [, text] of source.matchAll(ONE))
      found.set(unquoted(text), found.get(unquoted(text)) ?? false);
    for (const [, , many] of source.matchAll(COUNTED)) found.set(unquoted(many), true);
  }
  return found;
}

function unquoted(literal) {
  const inner = literal.slice(1, -1);
  return inner.replace(/\\(u\{?([0-9a-fA-F]+)\}?|.)/g, (_, one, code) =>
    code ? String.fromCodePoint(Number.parseInt(code, 16)) : one === "n" ? "\n" : one,
  );
}

export function sourcesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && statSync(path).isFile())
    .map((path) => readFileSync(path, "utf8"));
}

/** What a catalogue lacks, and what it has too much; a text that counts must have plural forms. */
export function compared(texts, catalogue) {
  const lacking = [...texts].filter(([text, counts]) => {
    const found = catalogue[text];
    return found === undefined || (counts && typeof found === "string");
  });
  return {
    lacking: lacking.map(([text]) => text),
    stale: Object.keys(catalogue).filter((text) => !texts.has(text)),
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const code = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "ar";
  const catalogue = JSON.parse(
    readFileSync(new URL(`../src/app/catalogues/${code}.json`, import.meta.url), "utf8"),
  );
  const texts = textsOf(sourcesBelow(new URL("../src", import.meta.url).pathname));
  const { lacking, stale } = compared(texts, catalogue);
  if (process.argv.includes("--list"))
    process.stdout.write(`${lacking.map((text) => JSON.stringify(text)).join("\n")}\n`);
  process.stdout.write(
    `${code}: ${texts.size} texts, ${lacking.length} without a translation, ${stale.length} that no longer occur\n`,
  );
  if (stale.length)
    process.stdout.write(`${stale.map((text) => `  gone: ${JSON.stringify(text)}`).join("\n")}\n`);
}
