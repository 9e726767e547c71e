// Both languages say everything, in their own letters, and every word is used.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, WEB } from "./load.mjs";

const { zh } = await load("src/words/zh.ts");
const { en } = await load("src/words/en.ts");

/** Every word with its key: `layout.skip`, `first.steps.0.title`. */
function flat(words, path = "") {
  return Object.entries(words).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key;
    return typeof value === "object" ? flat(value, here) : [[here, value]];
  });
}

/** What a word says: functions are asked with their own argument names. */
function said(word) {
  if (typeof word === "string") return word;
  return word(...Array.from({ length: word.length }, (_, index) => index + 1));
}

const OTHER_LANGUAGE = "layout.otherLanguage"; // bears the other language's name on purpose

test("both languages have the same keys", () => {
  assert.deepEqual(flat(en).map(([key]) => key), flat(zh).map(([key]) => key));
});

test("no word is empty, and each is in its own language", () => {
  const han = /\p{Script=Han}/u;
  for (const [key, word] of flat(zh)) assert.ok(String(said(word)).trim() !== "", `zh ${key} is empty`);
  for (const [key, word] of flat(en)) {
    assert.ok(String(said(word)).trim() !== "", `en ${key} is empty`);
    if (key !== OTHER_LANGUAGE) assert.ok(!han.test(said(word)), `en ${key} holds Chinese: ${said(word)}`);
  }
});

test("functions take the same arguments in both languages", () => {
  const english = new Map(flat(en));
  for (const [key, word] of flat(zh)) {
    assert.equal(typeof english.get(key), typeof word, key);
    if (typeof word === "function") assert.equal(english.get(key).length, word.length, `arguments of ${key}`);
  }
});

test("no page holds words of its own", () => {
  const han = /\p{Script=Han}/u;
  for (const folder of ["src", "src/pages", "src/parts"]) {
    for (const name of readdirSync(join(WEB, folder)).filter((name) => name.endsWith(".vue"))) {
      const text = readFileSync(join(WEB, folder, name), "utf8");
      for (const [at, line] of text.split("\n").entries()) {
        assert.ok(!han.test(line), `${folder}/${name}:${at + 1} holds Chinese: ${line.trim()}`);
      }
    }
  }
});
