import { createHash } from "node:crypto";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { world } from "./world.mjs";

const map = world();
const digest = createHash("sha256").update(map).digest("base64url").slice(0, 8);
const fileName = `assets/world-${digest}.json`;

const worldMap: Plugin = {
  name: "world-map",
  generateBundle() {
    this.emitFile({ type: "asset", fileName, source: map });
  },
};

export default defineConfig({
  plugins: [svelte(), worldMap],
  define: { WORLD_MAP: JSON.stringify(`/${fileName}`) },
  build: {
    outDir: "../samovar/web/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the page allows no data: URL but for images
    modulePreload: { polyfill: false },
  },
});
