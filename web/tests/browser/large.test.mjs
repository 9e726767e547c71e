// A county of 1,500 schools: each page can be used within two seconds, and what does not fit at once is a button away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, openLargeHome, openPage, serve, SIZES } from "./server.mjs";

const SCHOOLS = 1500;
/** On a machine that does nothing else; others may be given more time. */
const USABLE_MS = Number(process.env.USABLE_MS ?? 2000);
const PAGES = ["/", "/schools", "/indicators", "/indicator/backbone_per_100", "/figure?indicator=backbone_per_100&stage=primary", "/map", "/classes", "/packs"];

let browser;
let home;

before(async () => {
  browser = await browse();
  home = await openLargeHome(SCHOOLS);
  home.server = await serve(home.home);
  // The first reader after a start waits for the evaluation; this is about the pages.
  await fetch(`${home.server.address}/api/board`).then((answer) => answer.arrayBuffer());
});

after(async () => {
  await browser?.close();
  await home?.server?.stop();
  await home?.remove();
});

for (const size of SIZES) {
  for (const path of PAGES) {
    test(`${path} with ${SCHOOLS} schools at ${size.width}×${size.height}`, async (t) => {
      const visit = await openPage(browser, home.server.address, size);
      try {
        // The program itself is loaded; what counts is how long its reader waits for the page.
        await visit.go("/import");
        const started = Date.now();
        await visit.page.evaluate((hash) => (location.hash = hash), path);
        const isThere = () => document.querySelector("main h1") && !location.hash.startsWith("#/import") && !document.querySelector(".loading, .fading, [aria-busy=true]");
        await visit.page.waitForFunction(isThere, undefined, { polling: 20 });
        // Two frames: what was asked for is on the screen and the thread is free for the reader.
        await visit.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const took = Date.now() - started;
        t.diagnostic(`${took} ms`);
        assert.ok(took < USABLE_MS, `usable after ${took} ms`);
        const [width, wanted] = await visit.page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
        assert.ok(wanted <= width, `the page is ${wanted} wide`);
        assert.deepEqual(visit.faults, []);
      } finally {
        await visit.close();
      }
    });
  }
}

test("the list is searched as one types, and the rest of it is a button away", async () => {
  const visit = await openPage(browser, home.server.address, SIZES[0]);
  try {
    const { page } = visit;
    await visit.go("/schools");
    assert.match(await page.locator(".count").innerText(), /1500/);
    const rows = page.locator(".beside tbody tr");
    assert.equal(await rows.count(), 300);
    await page.locator("button.more").click();
    await page.waitForFunction(() => document.querySelectorAll(".beside tbody tr").length === 800);
    const started = Date.now();
    await page.getByPlaceholder("校名或标识码").fill("第1499学校");
    await page.waitForFunction(() => document.querySelectorAll(".beside tbody tr").length === 1);
    assert.ok(Date.now() - started < USABLE_MS, `searched in ${Date.now() - started} ms`);
    assert.deepEqual(visit.faults, []);
  } finally {
    await visit.close();
  }
});
