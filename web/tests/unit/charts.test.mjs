// What the drawings are made of: stacks of dots, bands of class sizes, a flat county.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { stacked } = await load("src/charts/distribution.ts");
const { BANDS, banded } = await load("src/charts/bands.ts");
const { outlines, projection, quarters, scaleBar } = await load("src/map/plan.ts");

test("every school is one dot, and no dot covers another", () => {
  const dots = Array.from({ length: 200 }, (_, index) => ({ code: String(index), name: "", value: (index * 37) % 90, state: "met" }));
  const placed = stacked(dots);
  assert.equal(placed.length, dots.length);
  assert.equal(new Set(placed.map((dot) => `${dot.at} ${dot.level}`)).size, dots.length);
});

test("schools of one value stand on one another", () => {
  const placed = stacked([1, 2, 3].map((code) => ({ code: String(code), name: "", value: 4.5, state: "met" })));
  assert.deepEqual(placed.map((dot) => dot.level), [0, 1, 2]);
  assert.deepEqual(stacked([]), []);
});

const sizes = [
  // size, the lower end of its band
  [0, 0], [30, 0], [31, 31], [45, 41], [46, 46], [55, 51], [56, 56], [65, 61], [66, 66], [90, 66],
];
for (const [size, low] of sizes) {
  test(`a class of ${size} lies in the band from ${low}`, () => {
    const [row] = banded([{ size }], () => "all");
    assert.equal(row.counts.indexOf(1), BANDS.findIndex((band) => band.low === low));
  });
}

test("a class of unknown size is counted as unknown and not as empty", () => {
  const [row] = banded([{ size: null }, { size: 40 }], () => "all");
  assert.deepEqual([row.classes, row.unknown, row.pupils, row.counts.reduce((a, b) => a + b)], [2, 1, 40, 1]);
});

test("north is up, east is right, and a kilometre is as long in both directions", () => {
  const plan = projection([103, 23, 104, 24]);
  assert.ok(plan.y(24) < plan.y(23) && plan.x(103) < plan.x(104));
  const east = (plan.x(103.5) - plan.x(103.4)) / Math.cos((23.5 * Math.PI) / 180);
  const north = plan.y(23.4) - plan.y(23.5);
  assert.ok(Math.abs(east - north) < 1e-6, `${east} ${north}`);
  const bar = scaleBar(plan);
  assert.ok(/^[125]0*$/.test(String(bar.km)) && bar.length < 200);
});

test("one school alone still gives a map", () => {
  const plan = projection([103, 23, 103, 23]);
  assert.ok([plan.x(103), plan.y(23), plan.height, plan.km].every(Number.isFinite));
});

test("outlines take lines and polygons of any nesting, and leave the rest", () => {
  const plan = projection([0, 0, 1, 1]);
  const polygon = { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] };
  const collection = {
    type: "FeatureCollection",
    features: [
      { type: "Feature", geometry: polygon },
      { type: "Feature", geometry: { type: "GeometryCollection", geometries: [{ type: "MultiPolygon", coordinates: [polygon.coordinates] }] } },
      { type: "Feature", geometry: { type: "Point", coordinates: [0, 0] } },
      { type: "Feature", geometry: { type: "LineString", coordinates: [["a", 1], null, [0, 0], [1, 1]] } },
      null,
    ],
  };
  const paths = outlines(collection, plan);
  assert.equal(paths.length, 3);
  assert.equal(paths.filter((path) => path.endsWith("Z")).length, 2);
  assert.deepEqual(outlines("nothing", plan), []);
});

test("schools are drawn with their township, whichever village they lie in", () => {
  const divisions = [
    { code: "1", name: "县", level: "county" },
    { code: "11", name: "镇", level: "township", parent: "1" },
    { code: "111", name: "村", level: "village", parent: "11" },
  ];
  const schools = [
    { code: "a", division: "111" },
    { code: "b", division: "11" },
    { code: "c", division: null },
  ];
  assert.deepEqual(quarters(schools, divisions).map((one) => [one.name, one.schools.map((school) => school.code)]), [["", ["c"]], ["镇", ["a", "b"]]]);
});
