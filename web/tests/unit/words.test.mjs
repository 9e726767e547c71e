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

/** Every component, whatever folder it lies in. */
function components(folder = "src") {
  return readdirSync(join(WEB, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? components(path) : path.endsWith(".vue") ? [path] : [];
  });
}

test("no page holds words of its own", () => {
  const han = /\p{Script=Han}/u;
  assert.ok(components().length > 50, "components are found");
  for (const path of components()) {
    const text = readFileSync(join(WEB, path), "utf8");
    for (const [at, line] of text.split("\n").entries()) assert.ok(!han.test(line), `${path}:${at + 1} holds Chinese: ${line.trim()}`);
    // Between tags, and in what is only heard, stand names of words alone; commands and units are the same in both languages.
    const template = text.slice(text.indexOf("<template>"), text.lastIndexOf("</template>")).replace(/<pre[^]*?<\/pre>/g, "").replace(/<!--[^]*?-->/g, "");
    const plain = template.replace(/\{\{[^]*?\}\}/g, "").replace(/<(?:"[^"]*"|'[^']*'|[^>"'])*>/g, "\n").replace(/\bkm\b/g, "");
    const words = plain.match(/[A-Za-z]{2,}/g);
    assert.equal(words, null, `${path} holds English: ${words}`);
    const heard = [...template.matchAll(/\s(?:aria-label|title|placeholder|alt|label|caption)="([^"]*)"/g)].map((found) => found[1]);
    assert.deepEqual(heard, [], `${path} holds words in attributes`);
  }
});

test("every word is used", () => {
  const sources = (folder) =>
    readdirSync(join(WEB, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return path === "src/words" ? [] : sources(path);
      return /\.(vue|ts)$/.test(path) ? [readFileSync(join(WEB, path), "utf8")] : [];
    });
  const all = sources("src").join("\n");
  // Looked up by what the server says or by a page's name.
  const bySelf = /^(pages|verdicts|scopes|stages|severities|owners|urbanRural|bases|import\.states|first\.steps|pairs\.columns|pairs\.tests)\./;
  for (const [key] of flat(zh)) {
    if (!bySelf.test(key)) assert.match(all, new RegExp(`\\b${key.split(".").pop()}\\b`), `${key} is used nowhere`);
  }
});
