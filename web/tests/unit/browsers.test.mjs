// What is built runs in browsers of Chromium 90's time: nothing of what came later is in it unless it is asked for first.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { WEB } from "./load.mjs";

const DIST = join(WEB, "dist/assets");
const built = (ending) => readdirSync(DIST).filter((name) => name.endsWith(ending)).map((name) => [name, readFileSync(join(DIST, name), "utf8")]);

/** What a style sheet may not hold, with the Chromium that first knew it: declarations that older ones may skip are no matter. */
const STYLES = {
  ":has()": /:has\(/, // 105
  "container queries": /@container|container-type/, // 105
  "@layer": /@layer/, // 99
  "color-mix()": /color-mix\(/, // 111
  "nesting": /[{;]\s*&/, // 112
  "dvh and svh": /\d(?:dvh|svh|lvh)\b/, // 108
  "subgrid": /subgrid/, // 117
  "text-wrap": /text-wrap:/, // 114
  "media ranges": /@media[^{]*[<>]/, // 104
  "oklch()": /oklch\(|\blab\(/, // 111
  "individual transforms": /[{;](?:translate|rotate|scale):/, // 104
};

/** What a script may not call unguarded. */
const SCRIPTS = {
  "structuredClone": /(?<!\?\.|\w)structuredClone\(/, // 98
  "Object.hasOwn": /Object\.hasOwn\(/, // 93
  "Array.prototype.at": /\.at\(-?\d+\)/, // 92
  "findLast": /\.findLast(?:Index)?\(/, // 97
  "Array.fromAsync": /Array\.fromAsync/, // 121
  "groupBy": /(?:Object|Map)\.groupBy\(/, // 117
  "randomUUID": /\.randomUUID\(/, // 92
  "AbortSignal.timeout": /AbortSignal\.(?:timeout|any)\(/, // 103
  "Promise.withResolvers": /withResolvers\(/, // 119
  "class static blocks": /class[^{]*\{[^}]*static\s*\{/, // 94
};

test("the console has been built", () => {
  assert.ok(built(".js").length > 0 && built(".css").length > 0, "run `npm run build` first");
});

/** Vue wraps these for lists that have them, so that they are looked for in our own sources only. */
test("sources without toSorted and the like", () => {
  const own = (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? own(path) : [path];
    });
  for (const path of own(join(WEB, "src"))) assert.doesNotMatch(readFileSync(path, "utf8"), /\.(?:toSorted|toReversed|toSpliced)\(/, path);
});

for (const [kind, rules] of [[".css", STYLES], [".js", SCRIPTS]]) {
  for (const [what, rule] of Object.entries(rules)) {
    test(`${kind} without ${what}`, () => {
      for (const [name, text] of built(kind)) {
        const found = rule.exec(text);
        assert.equal(found, null, `${name}: ${found && text.slice(Math.max(0, found.index - 60), found.index + 60)}`);
      }
    });
  }
}
