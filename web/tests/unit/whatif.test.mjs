// The changes of the sheet: data, and functions that look at them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { forget, keep, moved, plain, schoolsOf, typed, variants, written } = await load("src/whatif.ts");
const CELL = { school: "S1", stage: "primary", stock: "backbone" };

test("typing twice into a cell is one change, and typing what was there is none", () => {
  const once = typed([], CELL, 3, 5);
  assert.deepEqual(once, [{ do: "add", ...CELL, amount: 2 }]);
  const twice = typed(once, CELL, 5, 4);
  assert.deepEqual(twice, [{ do: "add", ...CELL, amount: 1 }]);
  assert.deepEqual(typed(twice, CELL, 4, 3), []);
  // Without the dust of binary arithmetic.
  assert.deepEqual(typed([], CELL, 0.1, 0.3), [{ do: "add", ...CELL, amount: 0.2 }]);
});

test("what was moved into a cell stays moved when another number is typed there", () => {
  const first = moved([], { from: "S2", to: "S1", stage: "primary", stock: "backbone" }, 2);
  const then = typed(first, CELL, 5, 6);
  assert.deepEqual(then.map(written), ["S2.primary.backbone->S1=2", "S1.primary.backbone+=1"]);
  assert.deepEqual(then.flatMap(schoolsOf), ["S2", "S1", "S1"]);
});

const cases = [
  [{ do: "add", ...CELL, amount: -2 }, "S1.primary.backbone-=2"],
  [{ do: "add", ...CELL, amount: 1500000 }, "S1.primary.backbone+=1500000"],
  [{ do: "move-pupils", from: "A", to: "B", stage: "junior", pupils: 40 }, "A.junior.pupils->B=40"],
];
for (const [change, words] of cases) test(`written as ${words}`, () => assert.equal(written(change), words));

test("pupils move as pupils", () => {
  assert.deepEqual(moved([], { from: "A", to: "B", stage: "primary", stock: "pupils" }, 40), [{ do: "move-pupils", from: "A", to: "B", stage: "primary", pupils: 40 }]);
  assert.equal(plain(0.30000000000000004), "0.3");
});

test("variants are kept by name and standard, and what is no variant is left out", () => {
  const held = new Map();
  const store = { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => held.set(key, value) };
  const variant = (name, pack, amount) => ({ name, pack, changes: [{ do: "add", ...CELL, amount }] });
  keep(store, variant("甲", "p", 1));
  keep(store, variant("甲", "q", 1));
  assert.deepEqual(keep(store, variant("甲", "p", 2)).map((one) => [one.pack, one.changes[0].amount]), [["q", 1], ["p", 2]]);
  assert.deepEqual(forget(store, variant("甲", "q", 0)).map((one) => one.pack), ["p"]);
  for (const broken of ["{", "7", '[{"name":1}]']) assert.deepEqual(variants({ getItem: () => broken }), []);
});
