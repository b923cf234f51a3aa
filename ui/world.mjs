// The world map, made at build time: world-atlas 1:50m (110m lacks Hong Kong, Singapore and 59 more), simplified to
// about 50 kB gzipped, its areas named by ISO 3166 alpha-2 codes as events name countries.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { presimplify, simplify, quantile } from "topojson-simplify";
import { quantize } from "topojson-client";
import iso from "i18n-iso-countries";

const KEPT = 0.15; // the share of points that is left: what a screen can show

export function world() {
  const source = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  const fine = presimplify(JSON.parse(readFileSync(source, "utf8")));
  const map = quantize(simplify(fine, quantile(fine, KEPT)), 1e4);
  for (const area of map.objects.countries.geometries) {
    area.id = area.id ? iso.numericToAlpha2(area.id) : area.properties.name === "Kosovo" ? "XK" : "";
    delete area.properties;
  }
  delete map.objects.land;
  delete map.bbox;
  return JSON.stringify(map);
}
