// Every page, in both languages and at both sizes, with the sample county and with an empty home: it opens without an
// error and without a request to anybody but the server, and axe finds no serious barrier.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browse, openHome, openPage, serve, SIZES } from "./server.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCHOOL = "2153990004";
const PAGES = [
  "/",
  "/schools",
  `/school/${SCHOOL}`,
  "/indicators",
  "/indicator/teaching_area_per_pupil?stage=primary",
  `/figure?indicator=teaching_area_per_pupil&school=${SCHOOL}&stage=primary`,
  "/figure?indicator=backbone_per_100&stage=primary",
  "/classes",
  "/map",
  "/import",
  "/packs",
];
// Slower, and no different for the eye: English at one size only.
const VISITS = [
  ...SIZES.flatMap((size) => [{ size, language: "zh", filled: true }, { size, language: "zh", filled: false }]),
  { size: SIZES[0], language: "en", filled: true },
  { size: SIZES[0], language: "en", filled: false },
];

const homes = {};
let browser;

before(async () => {
  browser = await browse();
  for (const filled of [true, false]) {
    const home = await openHome({ filled });
    homes[filled] = { ...home, server: await serve(home.home) };
  }
});

after(async () => {
  await browser?.close();
  for (const home of Object.values(homes)) {
    await home.server.stop();
    await home.remove();
  }
});

for (const { size, language, filled } of VISITS) {
  for (const path of PAGES) {
    test(`${path} in ${language} at ${size.width}×${size.height}, ${filled ? "sample county" : "empty home"}`, async () => {
      const visit = await openPage(browser, homes[filled].server.address, size, { language });
      try {
        await visit.go(path);
        await check(visit, { language, filled });
      } finally {
        await visit.close();
      }
    });
  }
}

/** What must hold for any page. */
async function check({ page, faults }, { language, filled }) {
  assert.deepEqual(faults, [], "errors or outside requests");
  assert.equal(await page.locator("main h1").count(), 1, "one heading of first order");
  assert.equal(await page.locator(".failure").count(), 0, "no failure is shown");
  // A page is never wider than the screen: only tables scroll sideways, inside their own box.
  const [width, wanted] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  assert.ok(wanted <= width, `the page is ${wanted} wide on a screen of ${width}`);
  const text = await page.locator("body").innerText();
  assert.ok(!/undefined|NaN|\[object|null/.test(text), `raw values on the page: ${text.match(/.{20}(undefined|NaN|\[object|null).{20}/s)?.[0]}`);
  if (filled) assert.ok(await page.evaluate(() => /snapshot=\w+/.test(location.hash) && /pack=/.test(location.hash) && /on=\d/.test(location.hash)), "the address holds the scope");
  assert.equal(await page.evaluate(() => document.documentElement.lang), language === "zh" ? "zh-CN" : "en");
  assert.deepEqual(await barriers(page), []);
}

/** The serious and critical violations that axe finds, each with the elements concerned. */
export async function barriers(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}
