import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
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

const outDir = "../samovar/web/static";

/** A packed copy beside each file, for the server to send as it is. */
const packed: Plugin = {
  name: "packed",
  closeBundle() {
    for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
      if (!/\.(js|css|json|svg|html)$/.test(name)) continue;
      const path = join(outDir, name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
};

/** The terminal player makes its markup from constants, in two places. The page's policy allows that under a name. */
const trustedPlayer: Plugin = {
  name: "trusted-player",
  transform(code, id) {
    if (!/asciinema-player\/dist\/opts-[^/]*\.js$/.test(id)) return null;
    let places = 0;
    const safe = code.replace(/(\bt|\bsymbol)\.innerHTML = (html|content);/g, (_, node: string, text: string) => {
      places++;
      return `${node}.innerHTML = samovarTrusted(${text});`;
    });
    if (places !== 2) throw new Error(`asciinema-player makes markup in ${places} places, not 2: look at it anew`);
    const policy = `trustedTypes.createPolicy("asciinema-player", { createHTML: (text) => text })`;
    return {
      code: `const samovarPolicy = globalThis.trustedTypes && ${policy};
const samovarTrusted = (text) => (samovarPolicy ? samovarPolicy.createHTML(text) : text);
${safe}`,
      map: null,
    };
  },
};

export default defineConfig({
  plugins: [svelte(), worldMap, trustedPlayer, packed],
  define: { WORLD_MAP: JSON.stringify(`/${fileName}`) },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the page allows no data: URL but for images
    modulePreload: { polyfill: false },
  },
});
