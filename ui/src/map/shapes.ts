// The world as SVG paths, fetched once, when the first map is shown.
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

export const WIDTH = 960;
export const HEIGHT = 440;

const projection = geoNaturalEarth1()
  .fitExtent(
    [
      [4, 4],
      [WIDTH - 4, HEIGHT + 36], // Antarctica hangs over the edge: nobody attacks from there
    ],
    { type: "Sphere" },
  );

export interface Shape {
  code: string; // ISO 3166 alpha-2, or ""
  path: string;
}

/** Where on the map a place lies. */
export function project(lon: number, lat: number): [number, number] {
  return projection([lon, lat]) ?? [0, 0];
}

let asked: Promise<Shape[]> | undefined;

async function fetchShapes(): Promise<Shape[]> {
  const response = await fetch(WORLD_MAP);
  if (!response.ok) throw new Error(`The map is missing (${response.status})`);
  const topology = (await response.json()) as Topology<{ countries: GeometryCollection }>;
  const draw = geoPath(projection).digits(1);
  return feature(topology, topology.objects.countries)
    .features.filter((area) => area.id !== "AQ")
    .map((area) => ({ code: String(area.id ?? ""), path: draw(area) ?? "" }));
}

export function shapes(): Promise<Shape[]> {
  asked ??= fetchShapes().catch((error: unknown) => {
    asked = undefined; // so that a second try can succeed
    throw error;
  });
  return asked;
}
