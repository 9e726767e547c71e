// Every page, in both languages, at both sizes and in large type, with the sample county and with an empty home: it opens
// without an error and without a request to anybody but the server, nothing sticks out, and axe finds no serious barrier.
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
  `/figure?indicator=government_school_size&school=${SCHOOL}`,
  "/classes",
  "/map",
  "/what-if",
  "/draws",
  "/import",
  "/packs",
];
/** The other standards fill the same pages, though not with the same kinds of rules. */
const PACKS = ["cn/2012-basic-balance", "cn/class-size", "cn/2022-curriculum", "cn/staffing", "cn/funds", "cn/school-conditions", "cn/private-share"];
const OTHERS = PACKS.flatMap((pack) => ["/", `/school/${SCHOOL}`, "/indicators"].map((path) => `${path}?pack=${encodeURIComponent(pack)}`));
const [DESK, PHONE] = SIZES;
const VISITS = [
  ...SIZES.flatMap((size) => ["zh", "en"].flatMap((language) => [{ size, language, filled: true }, { size, language, filled: false }])),
  { size: DESK, language: "en", filled: true, large: true },
  { size: PHONE, language: "zh", filled: true, large: true },
  { size: DESK, language: "zh", filled: true, paths: OTHERS },
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

for (const visited of VISITS) {
  const { size, language, filled, large = false, paths = PAGES } = visited;
  const where = `${language}, ${size.width}×${size.height}${large ? ", large type" : ""}, ${filled ? "sample county" : "empty home"}`;
  test(where, async (t) => {
    const visit = await openPage(browser, homes[filled].server.address, size, { language, large });
    try {
      for (const path of paths) {
        await t.test(path, async () => {
          visit.faults.length = 0;
          await visit.go(path);
          await check(visit, visited);
        });
      }
    } finally {
      await visit.close();
    }
  });
}

/** What must hold for any page. */
async function check({ page, faults }, { size, language, filled, large = false }) {
  assert.deepEqual(faults, [], "errors or outside requests");
  assert.equal(await page.locator("main h1").count(), 1, "one heading of first order");
  assert.equal(await page.locator(".failure").count(), 0, "no failure is shown");
  // A page is never wider than the screen: only tables scroll sideways, inside their own box.
  const [width, wanted] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  assert.ok(wanted <= width, `the page is ${wanted} wide on a screen of ${width}`);
  // Not even these, but for pieces of sheets and, on a desk, the sheet of a what-if.
  const wide = await page.evaluate(
    (sheets) =>
      [...document.querySelectorAll(".table-box")]
        .filter((box) => !box.querySelector(sheets) && box.scrollWidth > box.clientWidth + 1)
        .map((box) => `${box.getAttribute("aria-label")}: ${box.scrollWidth} in ${box.clientWidth}`),
    size === PHONE ? ".sheet" : ".sheet, .what-if-sheet",
  );
  if (!large) assert.deepEqual(wide, [], "tables that scroll sideways");
  const text = await page.locator("body").innerText();
  assert.ok(!/undefined|NaN|\[object|null/.test(text), `raw values on the page: ${text.match(/.{20}(undefined|NaN|\[object|null).{20}/s)?.[0]}`);
  if (filled) assert.ok(await page.evaluate(() => /snapshot=\w+/.test(location.hash) && /pack=/.test(location.hash) && /on=\d/.test(location.hash)), "the address holds the scope");
  assert.equal(await page.evaluate(() => document.documentElement.lang), language === "zh" ? "zh-CN" : "en");
  // Without a county's names and a law's titles nothing is left that is not the reader's language.
  if (language === "en" && !filled && !(await page.evaluate(() => location.hash.startsWith("#/packs")))) {
    assert.doesNotMatch(text.replace("中文", ""), /\p{Script=Han}/u, "Chinese on an English page");
  }
  assert.deepEqual(await barriers(page), []);
}

/** The serious and critical violations that axe finds, each with the elements concerned. */
async function barriers(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}
