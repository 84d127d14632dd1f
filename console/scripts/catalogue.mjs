// Which texts of the console a language lacks, and which of its own no longer occur: `node scripts/catalogue.mjs [ar] [--list] [--tidy]`. Texts are the literals in calls of t() and tn() below src/. `--tidy` takes out what no longer occurs and moves what stands in another page's file.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A string literal, as JavaScript writes it. */
const LITERAL = String.raw`("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|${"`"}(?:[^${"`"}\\$]|\\.)*${"`"})`;
const ONE = new RegExp(String.raw`(?<![\w.$])t\(\s*${LITERAL}`, "g");
const COUNTED = new RegExp(String.raw`(?<![\w.$])tn\(\s*${LITERAL}\s*,\s*${LITERAL}`, "g");

/** All texts of these sources (path below src/ → what it holds): whether each counts, and which file of a catalogue has it. */
export function textsOf(sources) {
  const found = new Map();
  const add = (text, counts, file) => {
    const before = found.get(text);
    found.set(text, {
      counts: counts || (before?.counts ?? false),
      file: before === undefined || before.file === file ? file : "common",
    });
  };
  for (const [path, source] of Object.entries(sources)) {
    const file = fileOf(path);
    for (const [, text] of source.matchAll(ONE)) add(unquoted(text), false, file);
    for (const [, , many] of source.matchAll(COUNTED)) add(unquoted(many), true, file);
  }
  return found;
}

/** A page's texts stand in the file of its name, those of several places in common.json, and those of the small folders, which every page uses, there as well. */
function fileOf(path) {
  const [folder, page] = path.split("/");
  if (folder === "pages") return page;
  return ["app", "phone"].includes(folder) ? folder : "common";
}

function unquoted(literal) {
  const inner = literal.slice(1, -1);
  return inner.replace(/\\(u\{?([0-9a-fA-F]+)\}?|.)/g, (_, one, code) =>
    code ? String.fromCodePoint(Number.parseInt(code, 16)) : one === "n" ? "\n" : one,
  );
}

/** The sources below a folder: path → what it holds. */
export function sourcesBelow(folder) {
  const paths = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && statSync(path).isFile());
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8")]),
  );
}

/** What a catalogue lacks, and what it has too much; a text that counts must have plural forms. */
export function compared(texts, catalogue) {
  const lacking = [...texts].filter(([text, { counts }]) => {
    const found = catalogue[text];
    return found === undefined || (counts && typeof found === "string");
  });
  return {
    lacking: lacking.map(([text]) => text),
    stale: Object.keys(catalogue).filter((text) => !texts.has(text)),
  };
}

/** The files of a catalogue as they should be: file → its texts, in the order of the sources. */
export function tidied(texts, catalogue) {
  const files = {};
  for (const [text, { file }] of texts) {
    if (!(text in catalogue)) continue;
    files[file] ??= {};
    files[file][text] = catalogue[text];
  }
  return files;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const say = (line) => process.stdout.write(`${line}\n`);
  const code = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "ar";
  const folder = new URL(`../src/app/catalogues/${code}/`, import.meta.url);
  const catalogue = {};
  for (const name of readdirSync(folder))
    Object.assign(catalogue, JSON.parse(readFileSync(new URL(name, folder), "utf8")));
  const texts = textsOf(sourcesBelow(new URL("../src", import.meta.url).pathname));
  if (process.argv.includes("--tidy"))
    for (const [file, own] of Object.entries(tidied(texts, catalogue)))
      writeFileSync(new URL(`${file}.json`, folder), `${JSON.stringify(own, null, 2)}\n`);
  const { lacking, stale } = compared(texts, catalogue);
  if (process.argv.includes("--list"))
    for (const text of lacking) say(`${texts.get(text).file}.json  ${JSON.stringify(text)}`);
  say(
    `${code}: ${texts.size} texts, ${lacking.length} without a translation, ${stale.length} that no longer occur`,
  );
  for (const text of stale) say(`  gone: ${JSON.stringify(text)}`);
}
