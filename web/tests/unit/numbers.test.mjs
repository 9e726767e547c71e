// How figures are written: data, and one function that looks at them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { aligned, beside, grouped, percent, written } = await load("src/numbers.ts");

const cases = [
  // function, arguments, what is written
  [written, [null], undefined],
  [written, [undefined], undefined],
  [written, [Number.NaN], undefined],
  [written, [0], "0"],
  [written, [-0.001], "0"],
  [written, [2182], "2,182"],
  [written, [1234567.891], "1,234,567.89"],
  [written, [3.5500000000000003], "3.55"],
  [written, [4.5], "4.5"],
  [written, [1.005], "1.01"],
  [written, [-2.345], "-2.35"],
  [aligned, [4.5, 2], "4.50"],
  [aligned, [null, 2], undefined],
  [aligned, [1880.09, 0], "1,880"],
  [aligned, [1e-9, 2], "0.00"],
  // A figure that misses its limit by a hair never looks as if it met it.
  [beside, [4.4999, 4.5, 2], "4.4999"],
  [beside, [4.5, 4.5, 2], "4.50"],
  [beside, [0.50004, 0.5, 3], "0.50004"],
  [beside, [3.55, 4.5, 2], "3.55"],
  [beside, [null, 4.5, 2], undefined],
  [percent, [0.26336], "26.3%"],
  [percent, [null], undefined],
  [percent, [0], "0.0%"],
  [percent, [0.02], "2.0%"],
  [grouped, ["还差 2072.91 ㎡（教学用房）"], "还差 2,072.91 ㎡（教学用房）"],
  [grouped, ["277100 yuan short"], "277,100 yuan short"],
  [grouped, ["还差 3 人"], "还差 3 人"],
];

for (const [write, args, expected] of cases) {
  test(`${write.name}(${args.join(", ")}) is ${expected ?? "missing"}`, () => {
    assert.equal(write(...args), expected);
  });
}
