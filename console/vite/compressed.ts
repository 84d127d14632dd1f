// Writes a .gz beside each text file of the build, so that the server sends it without compressing, and says how large the first load is.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;
/** What is loaded before the first page is usable, gzipped, in bytes. */
export const FIRST_LOAD_LIMIT = 250_000;

export interface Sized {
  fileName: string;
  type: "chunk" | "asset";
  imports?: string[];
  isEntry?: boolean;
  viteMetadata?: { importedCss: Set<string> };
}

/** The files which a browser loads for the entry alone: it, what it imports statically, and their styles. */
export function firstLoad(bundle: Record<string, Sized>): Set<string> {
  const seen = new Set<string>();
  const waiting = Object.values(bundle)
    .filter((one) => one.type === "chunk" && one.isEntry)
    .map((one) => one.fileName);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const one = bundle[name];
    waiting.push(...(one?.imports ?? []), ...(one?.viteMetadata?.importedCss ?? []));
  }
  return seen;
}

export function compressed(): Plugin {
  return {
    name: "voiceforge-compressed",
    apply: "build",
    writeBundle(options, bundle) {
      const folder = options.dir ?? "dist";
      const first = firstLoad(bundle as Record<string, Sized>);
      let firstBytes = 0;
      const report: [string, number][] = [];
      for (const name of Object.keys(bundle)) {
        if (!TEXT.test(name)) continue;
        const packed = gzipSync(readFileSync(join(folder, name)), { level: 9 });
        writeFileSync(join(folder, `${name}.gz`), packed);
        report.push([name, packed.length]);
        if (first.has(name)) firstBytes += packed.length;
      }
      report.sort((a, b) => b[1] - a[1]);
      const lines = report
        .slice(0, 15)
        .map(
          ([name, size]) =>
            `  ${(size / 1000).toFixed(1).padStart(7)} kB  ${first.has(name) ? "*" : " "} ${name}`,
        );
      process.stdout.write(`gzipped, * of the first load:\n${lines.join("\n")}\n`);
      process.stdout.write(
        `first load: ${(firstBytes / 1000).toFixed(1)} kB gzip of ${FIRST_LOAD_LIMIT / 1000}\n`,
      );
      if (firstBytes > FIRST_LOAD_LIMIT)
        this.error(
          `The first load is ${firstBytes} bytes gzipped, over ${FIRST_LOAD_LIMIT}: load something lazily.`,
        );
    },
  };
}
