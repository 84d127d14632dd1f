// The embedded phone: one script by a fixed name, whole in itself, for other people's pages (docs/embed.md). Built after the console, whose build empties the folder.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Gzipped, in bytes. */
const LIMIT = 25_000;

function weighed(): Plugin {
  return {
    name: "voiceforge-embed-weighed",
    apply: "build",
    writeBundle(options) {
      const path = `${options.dir}/phone.js`;
      const packed = gzipSync(readFileSync(path), { level: 9 });
      writeFileSync(`${path}.gz`, packed);
      process.stdout.write(
        `embed/phone.js: ${(packed.length / 1000).toFixed(1)} kB gzip of ${LIMIT / 1000}\n`,
      );
      if (packed.length > LIMIT)
        this.error(`embed/phone.js is ${packed.length} bytes gzipped, over ${LIMIT}.`);
    },
  };
}

export default defineConfig({
  plugins: [weighed()],
  publicDir: false,
  resolve: { alias: [{ find: /^@\//, replacement: `${at("./src")}/` }] },
  build: {
    outDir: at("../api/static/console/embed"),
    emptyOutDir: true,
    target: "es2022",
    reportCompressedSize: false,
    lib: {
      entry: at("./src/embed/phone.ts"),
      formats: ["iife"],
      name: "VoiceForgePhone",
      fileName: () => "phone.js",
    },
  },
});
