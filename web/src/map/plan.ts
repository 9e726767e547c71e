import type { Schemas } from "../api/client";

/** A map without tiles: degrees to a flat drawing, true to scale around the county's middle. */
export interface Projection {
  width: number;
  height: number;
  x: (lon: number) => number;
  y: (lat: number) => number;
  /** Drawing units to a kilometre. */
  km: number;
}

const WIDTH = 1000;
const MARGIN = 40;
const KM_PER_DEGREE = 111.32;

/** Fits the bounds (west, south, east, north) into a drawing 1000 wide. */
export function projection([west, south, east, north]: number[]): Projection {
  const [w = 0, s = 0, e = 0, n = 0] = [west, south, east, north];
  const squeeze = Math.cos((((s + n) / 2) * Math.PI) / 180);
  const across = Math.max((e - w) * squeeze, 1e-3);
  const up = Math.max(n - s, 1e-3);
  // Neither a ribbon nor a tower: the shorter side is given room.
  const scale = Math.min((WIDTH - 2 * MARGIN) / across, 760 / up);
  const height = Math.max(320, up * scale + 2 * MARGIN);
  const left = (WIDTH - across * scale) / 2;
  const top = (height - up * scale) / 2;
  return {
    width: WIDTH,
    height,
    x: (lon) => left + (lon - w) * squeeze * scale,
    y: (lat) => top + (n - lat) * scale,
    km: scale / KM_PER_DEGREE,
  };
}

/** A round number of kilometres for the scale bar: about a sixth of the drawing. */
export function scaleBar(plan: Projection): { km: number; length: number } {
  const wanted = WIDTH / 6 / plan.km;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const km = [5, 2, 1].map((step) => step * power).find((step) => step <= wanted) ?? power;
  return { km, length: km * plan.km };
}

/** How wide a school is drawn: its area grows with its pupils. */
export function radius(pupils: number | null | undefined): number {
  return Math.min(13, 4 + Math.sqrt(Math.max(0, pupils ?? 0)) / 5.5);
}

/** The outlines of the user's own GeoJSON as paths; points and what is not understood are left out. */
export function outlines(geojson: unknown, plan: Projection): string[] {
  const paths: string[] = [];
  walk(geojson, (line, closed) => {
    const points = line.flatMap((point) => (isPoint(point) ? [`${plan.x(point[0]).toFixed(1)} ${plan.y(point[1]).toFixed(1)}`] : []));
    if (points.length > 1) paths.push(`M${points.join("L")}${closed ? "Z" : ""}`);
  });
  return paths;
}

function isPoint(value: unknown): value is [number, number] {
  return Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number";
}

function walk(value: unknown, line: (points: unknown[], closed: boolean) => void): void {
  if (typeof value !== "object" || value === null) return;
  const { type, features, geometry, geometries, coordinates } = value as Record<string, unknown>;
  if (Array.isArray(features)) for (const feature of features) walk(feature, line);
  if (geometry) walk(geometry, line);
  if (Array.isArray(geometries)) for (const one of geometries) walk(one, line);
  if (!Array.isArray(coordinates)) return;
  if (type === "LineString") line(coordinates, false);
  if (type === "MultiLineString") for (const part of coordinates as unknown[][]) line(part, false);
  if (type === "Polygon") for (const ring of coordinates as unknown[][]) line(ring, true);
  if (type === "MultiPolygon") for (const polygon of coordinates as unknown[][][]) for (const ring of polygon) line(ring, true);
}

export interface Quarter {
  code: string;
  name: string;
  schools: Schemas["MapSchool"][];
}

/** Schools that have no place, or all of them where none has: by township, as a schematic. */
export function quarters(schools: Schemas["MapSchool"][], divisions: Schemas["MapDivision"][]): Quarter[] {
  const known = new Map(divisions.map((division) => [division.code, division]));
  const townOf = towns(divisions);
  const found = new Map<string, Quarter>();
  for (const school of schools) {
    const code = townOf(school.division);
    const quarter = found.get(code) ?? { code, name: known.get(code)?.name ?? "", schools: [] };
    quarter.schools.push(school);
    found.set(code, quarter);
  }
  return [...found.values()].sort((a, b) => a.code.localeCompare(b.code));
}

/** The township in which a division lies: itself, or the one above a village. */
function towns(divisions: Schemas["MapDivision"][]): (code: string | null | undefined) => string {
  const known = new Map(divisions.map((division) => [division.code, division]));
  return (code) => {
    let at = code ? known.get(code) : undefined;
    while (at && at.level === "village" && at.parent && known.has(at.parent)) at = known.get(at.parent);
    return at?.code ?? "";
  };
}
