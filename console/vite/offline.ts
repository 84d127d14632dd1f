// Makes sw.js: the service worker with the list of what the first page needs, and which build it is of.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { firstLoad, type Sized } from "./compressed.ts";

/** Fonts of the first page: Latin alone, the others come when they are needed. */
const FIRST_FONT = /(inter-latin-wght-normal|ibm-plex-sans-latin-(500|600)-normal)-[\w-]+\.woff2$/;
/** Client routes; everything else that is navigated to is the server's own (/docs, /login). */
const PLACES =
  /^\/(dashboard|phone|playground|voices|flows|calls|live|agents|numbers|trunks|providers|engines|keys|usage|knowledge|webhooks|audit|settings|sign-in)?(\/[^/]+)?$/;

export function offline(): Plugin {
  return {
    name: "voiceforge-offline",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const sized = bundle as Record<string, Sized>;
      const first = [...firstLoad(sized), ...Object.keys(bundle).filter((name) => FIRST_FONT.test(name))];
      const files = [
        "/",
        "/icons/icon.svg",
        "/manifest.webmanifest",
        ...first.map((name) => `/${name}`).sort(),
      ];
      const version = createHash("sha256")
        .update(Object.keys(bundle).sort().join())
        .digest("hex")
        .slice(0, 12);
      const head = `const FILES = ${JSON.stringify(files)};\nconst VERSION = "${version}";\nconst PLACES = ${PLACES};\n`;
      const source = head + readFileSync(new URL("./sw.js", import.meta.url), "utf8");
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}
