// Which folder of the console may import which, and that no modules import each other in a circle. A new arrow is a decision: it is written here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
/** Of app/: what every folder may use. The rest of it is the shell, which puts the pages together. */
const BASE =
  /^app\/(actions|catalogues\/.*|format|i18n|install|kept|leaving|locale|modifier|session|theme)(\.tsx?|\.json)?$/;

const MAY: Readonly<Record<string, readonly string[]>> = {
  base: ["api", "base"],
  api: ["base"],
  audio: [],
  ui: ["base"],
  forms: ["api", "base", "ui"],
  parts: ["api", "base", "forms", "ui"],
  phone: ["api", "audio", "base", "ui"],
  // Loaded by other people's pages: no React, no words of the console's.
  embed: ["audio", "phone"],
  page: ["api", "audio", "base", "forms", "parts", "phone", "ui"],
};
/** Pages that use another's files. */
const PAGES: readonly string[] = ["flows → flow", "voices → agents"];

interface Import {
  from: string;
  to: string;
  /** It is gone when it runs. */
  typeOnly: boolean;
}

function sources(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(path) && !path.includes(".test.") ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s([^;]*?\sfrom\s)?"(@\/|\.[^"]*)?([^"]*)";/gm)].flatMap(
    ([, names = "", place = "", rest = ""]) => {
      if (place === "") return [];
      const to = place === "@/" ? rest : normalize(join(dirname(file), place + rest));
      return to.startsWith("..") ? [] : [{ from: file, to, typeOnly: names.startsWith("type ") }];
    },
  );
}

function folder(path: string): string {
  if (BASE.test(path)) return "base";
  const [top = "", name = ""] = path.split("/");
  return top === "pages" ? `pages/${name}` : top;
}

function found(path: string): string | undefined {
  return ["", ".ts", ".tsx", "/index.ts", "/index.tsx"]
    .map((end) => path + end)
    .find((each) => /\.tsx?$/.test(each) && existsSync(join(ROOT, each)));
}

const IMPORTS = sources().flatMap(importsOf);

function allowed({ from, to }: Import): boolean {
  const [here, there] = [folder(from), folder(to)];
  if (here === there || here === "app" || here === "main.tsx") return true;
  if (!here.startsWith("pages/")) return MAY[here]?.includes(there) ?? false;
  return (
    MAY.page?.includes(there) ||
    PAGES.includes(`${here.replace("pages/", "")} → ${there.replace("pages/", "")}`)
  );
}

test("arrows go one way", () => {
  expect(IMPORTS.length).toBeGreaterThan(1000);
  expect(IMPORTS.filter((each) => !allowed(each)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test("no modules import each other in a circle", () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of IMPORTS) {
    const file = found(to);
    if (!typeOnly && file !== undefined) next.set(from, [...(next.get(from) ?? []), file]);
  }
  const done = new Set<string>();
  const circle = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const each of next.get(file) ?? []) {
      const back = circle(each, [...way, file]);
      if (back !== undefined) return back;
    }
    done.add(file);
    return undefined;
  };
  expect([...next.keys()].map((file) => circle(file, [])).find(Boolean)).toBeUndefined();
});
