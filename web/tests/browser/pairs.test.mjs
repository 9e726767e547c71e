// A person decides whether two records are one child: side by side, from the keyboard alone, with an undo.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { browse, JUNHENG, openHome, openPage, serve, SIZES } from "./server.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TOWNS = ["白沙乡", "松坪镇"];
let browser;
let home;

before(async () => {
  browser = await browse();
  home = await openHome({ filled: false });
  // Two townships are enough; the unoptimised program would take minutes for the county.
  const year = join(home.sample, "2025-2026");
  const files = [join(year, "区划.csv"), ...TOWNS.map((town) => join(year, "学籍", `${town}.csv`))];
  for (const register of ["人口", "户籍", "出勤"]) files.push(...TOWNS.map((town) => join(home.sample, "登记册", register, `${town}.csv`)));
  await promisify(execFile)(JUNHENG, ["import", "--home", home.home, "--county", "539901", ...files], { maxBuffer: 1 << 26 });
  home.server = await serve(home.home);
});

after(async () => {
  await browser?.close();
  await home?.server?.stop();
  await home?.remove();
});

for (const [size, language] of [[SIZES[0], "zh"], [SIZES[1], "en"]]) {
  test(`pairs are decided from the keyboard at ${size.width}×${size.height}, ${language}`, async () => {
    const visit = await openPage(browser, home.server.address, size, { language });
    const { page, faults } = visit;
    try {
      await visit.go("/pairs");
      await page.waitForSelector(".pair-sides", { timeout: 120_000 });
      const lines = () => (existsSync(join(home.home, "ledgers/decisions.log")) ? readFileSync(join(home.home, "ledgers/decisions.log"), "utf8").trim().split("\n").length : 0);
      const before = lines();
      const first = await page.locator(".pair-sides").innerText();
      await page.keyboard.press("f");
      await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText !== text, first);
      assert.equal(lines(), before + 1);
      await page.keyboard.press("z");
      await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText === text, first);
      assert.equal(lines(), before + 2, "an undo is a line of its own");
      await page.keyboard.press("j");
      await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText !== text, first);
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H2", "the next question has the focus");
      const [width, wanted] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
      assert.ok(wanted <= width, `the page is ${wanted} wide on a screen of ${width}`);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      const grave = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
      assert.deepEqual(grave.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
      assert.deepEqual(faults, [], "errors or outside requests");
    } finally {
      await visit.close();
    }
  });
}

test("fifty decisions without the mouse", async (t) => {
  const visit = await openPage(browser, home.server.address, SIZES[0], { language: "zh" });
  const { page, faults } = visit;
  try {
    await visit.go("/pairs");
    await page.waitForSelector(".pair-sides, .card p", { timeout: 120_000 });
    const kept = join(home.home, "ledgers/decisions.log");
    const log = () => (existsSync(kept) ? readFileSync(kept, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : []);
    const before = log().length;
    let decided = 0;
    const begun = Date.now();
    while (decided < 50 && (await page.locator(".pair-sides").count())) {
      const shown = await page.locator(".pair-sides").innerText();
      // One in five is skipped, one in ten is taken back and decided again.
      if (decided % 5 === 4) {
        await page.keyboard.press(" ");
        await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText !== text, shown);
        decided += 1;
        continue;
      }
      await page.keyboard.press(decided % 2 ? "j" : "f");
      await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText !== text, shown);
      if (decided % 10 === 0) {
        await page.keyboard.press("z");
        await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText === text, shown);
        await page.keyboard.press("j");
        await page.waitForFunction((text) => document.querySelector(".pair-sides")?.innerText !== text, shown);
      }
      decided += 1;
    }
    t.diagnostic(`${decided} pairs in ${Date.now() - begun} ms`);
    assert.ok(decided >= 20, `only ${decided} pairs came up`);
    const lines = log();
    assert.ok(lines.length > before + decided / 2, "decisions were lost");
    assert.deepEqual(lines.map((line) => line.n), lines.map((_, at) => at + 1), "a line is missing");
    assert.deepEqual(faults, [], "errors or outside requests");
  } finally {
    await visit.close();
  }
});
