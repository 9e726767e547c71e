// The page with which a parent recomputes a draw, opened from a file, as it would be on a phone without a network.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { browse, JUNHENG, ROOT } from "./server.mjs";

let browser;
let folder;

before(async () => {
  browser = await browse();
  folder = mkdtempSync(join(tmpdir(), "junheng-draw-"));
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Holds a draw with the real binary and gives the folder of its files. */
function hold(name, more) {
  const junheng = (...words) => execFileSync(JUNHENG, [...words, "--home", join(folder, "home")], { encoding: "utf8" });
  const rows = Array.from({ length: 60 }, (_, child) => `一小,A-${String(child).padStart(3, "0")},${child < 2 ? "双" : ""}\n二小,B-${child},\n`);
  writeFileSync(join(folder, "list.csv"), `pool,receipt,bound\n${rows.join("")}`);
  const out = join(folder, name);
  junheng("draw", "prepare", "--list", join(folder, "list.csv"), "--title", "派位", "--witness", "家长", "--places", "一小=20", "--places", "二小=60", "--out", out, ...more);
  const { salt } = JSON.parse(junheng("draw", "commit", out, "--witness", "家长", "--value", "一片 冰心", "--format", "json"));
  junheng("draw", "reveal", out, "--witness", "家长", "--value", "一片 冰心", "--salt", salt);
  junheng("draw", "run", out);
  return out;
}

async function checked(out, { change = (_, bytes) => bytes, receipt = "" } = {}) {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const outside = [];
  page.on("request", (request) => request.url().startsWith("file:") || outside.push(request.url()));
  page.on("pageerror", (error) => outside.push(String(error)));
  await page.goto(pathToFileURL(resolve(ROOT, "checker/draw_check.html")).href);
  const files = readdirSync(out).filter((name) => /^[a-z]+\.(txt|csv)$/.test(name) && name !== "journal.txt");
  await page.setInputFiles("#files", files.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(change(name, readFileSync(join(out, name)))) })));
  await page.fill("#receipt", receipt);
  await page.click("#check");
  await page.waitForFunction(() => /^[✓✗]/.test(document.getElementById("said").textContent), null, { timeout: 60_000 });
  const said = await page.textContent("#said");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  await page.close();
  assert.deepEqual(outside, [], "errors or outside requests");
  assert.equal(wide, false, "the page scrolls sideways on a phone");
  return said;
}

for (const [method, more] of [
  ["order-number", []],
  ["random-number", ["--method", "random-number", "--set", "digits=7"]],
  ["ring", ["--method", "ring"]],
]) {
  test(`a draw by ${method} is recomputed in the browser`, async () => {
    const out = hold(method, more);
    const said = await checked(out, { receipt: "B-7" });
    assert.match(said, /^✓/, said);
    assert.match(said, /B-7\s+二小\s+✓ 录取/);
    for (const name of ["draw.txt", "list.csv", "commitments.txt", "reveals.txt", "result.csv", "certificate.txt"]) {
      const change = (file, bytes) => (file === name ? bytes.toString().replace(/[12](?=[^12]*$)/, (digit) => (digit === "1" ? "2" : "1")) : bytes);
      assert.match(await checked(out, { change }), /^✗/, `${name} was changed and nobody noticed`);
    }
  });
}
