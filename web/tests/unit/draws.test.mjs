// What the form of a new draw reads from its list.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { inGroups, poolsOf, ringSettings } = await load("src/draws.ts");

const cases = [
  [poolsOf, ["\uFEFFpool,receipt,bound\r\n一小,1,\r\n二小,2,\r\n一小,3,\r\n"], ["一小", "二小"]],
  [poolsOf, ["受理号,派位组\n1,一小\n"], ["一小"]],
  [poolsOf, ["姓名,证件号\n甲,1\n"], []],
  [poolsOf, [""], []],
  [ringSettings, [["起始号", "间隔号"]], [{ name: "start", value: "起始号" }, { name: "interval", value: "间隔号" }]],
  [ringSettings, [[]], []],
  [inGroups, ["0123456789abcdef01"], "01234567 89abcdef 01"],
];
for (const [read, args, expected] of cases) test(`${read.name}(${JSON.stringify(args)})`, () => assert.deepEqual(read(...args), expected));
