import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressed } from "./vite/compressed.ts";
import { offline } from "./vite/offline.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.VOICEFORGE_URL ?? "http://127.0.0.1:8080";
const proxied = { target: server, changeOrigin: true, ws: true, headers: { Origin: server } };

export default defineConfig({
  plugins: [react(), tailwindcss(), offline(), compressed()],
  resolve: {
    alias: [
      { find: /^@\//, replacement: `${at("./src")}/` },
      // Radix's scroll lock writes a <style> element, which our content security policy refuses.
      { find: /^react-style-singleton$/, replacement: at("./src/ui/adoptedStyle.ts") },
    ],
    dedupe: ["react", "react-dom"],
  },
  build: {
    outDir: at("../api/static/console"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: { "/api": proxied, "/ws": proxied, "/v1": proxied, "/login": proxied, "/openapi.json": proxied },
    fs: { allow: [at("..")] },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "vite/**/*.test.ts"],
    environment: "node",
    setupFiles: [],
    restoreMocks: true,
  },
});
