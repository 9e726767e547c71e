// What the build takes from outside is pinned, and names no registry: an office has its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { WEB } from "./load.mjs";

const read = (name) => JSON.parse(readFileSync(join(WEB, name), "utf8"));

test("every package is pinned to one version", () => {
  const { dependencies, devDependencies } = read("package.json");
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test("the lock file says which packages, with their hash, and not where from", () => {
  for (const [path, entry] of Object.entries(read("package-lock.json").packages)) {
    assert.equal(entry.resolved, undefined, path);
    if (path !== "") assert.ok(entry.integrity, `${path} has no hash`);
  }
});
