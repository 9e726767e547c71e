// Somebody chooses a role, finds their work, opens a case, and goes out; the log page shows the look. No page has a barrier.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noBarrier } from "./axe.mjs";
import { browse, JUNHENG, openHome, openPage, serve, SIZES } from "./server.mjs";

let browser;
let home;

before(async () => {
  browser = await browse();
  home = await openHome({ filled: false });
  const run = (...words) => execFileSync(JUNHENG, words, { maxBuffer: 1 << 26, encoding: "utf8" });
  run("import", "--home", home.home, join(home.sample, "2025-2026"));
  run("duty", "sync", "--home", home.home, "--practice", "--at", "2025-10-20T09:00");
  run("users", "demo", "--home", home.home);
  // Everything but the session wants a login.
  home.server = await serve(home.home, "/api/session");
});

after(async () => {
  await browser?.close();
  await home?.server?.stop();
  await home?.remove();
});

async function enter(page, role) {
  await page.goto(home.server.address);
  await choose(page, role);
}

/** The page is loaded anew for whoever was chosen. */
async function choose(page, role) {
  await page.getByRole("button", { name: role }).first().click();
  // On a phone the menu lies behind its button.
  await page.locator("nav.side").waitFor({ state: "attached" });
  await page.waitForTimeout(500);
}

for (const size of SIZES) {
  test(`the bureau's section finds its work and opens a case at ${size.width}×${size.height}`, async () => {
    const visit = await openPage(browser, home.server.address, size);
    const { page, faults, go } = visit;
    await page.goto(home.server.address);
    await page.locator("main h1").waitFor();
    assert.match(await page.locator("main h1").innerText(), /选一个角色/);
    await noBarrier(page);
    await enter(page, /基教股/);
    await go("/desk");
    assert.match(await page.locator("main h1").innerText(), /我的工作/);
    await noBarrier(page);
    await go("/cases");
    await noBarrier(page);
    await page.locator("tbody tr a").first().click();
    await page.waitForURL(/#\/case\//);
    await page.locator("ol.plain li").first().waitFor();
    assert.match(await page.locator("main").innerText(), /立案/);
    await noBarrier(page);
    await go("/me");
    await noBarrier(page);
    assert.deepEqual(faults, []);
    await page.getByRole("button", { name: "退出" }).click();
    await page.getByRole("button", { name: /基教股/ }).first().waitFor();
    await visit.close();
  });
}

test("each administrator sees their own pages, in English too", async () => {
  const visit = await openPage(browser, home.server.address, SIZES[0], { language: "en" });
  const { page, go } = visit;
  await enter(page, /security administrator/);
  await go("/accounts");
  await noBarrier(page);
  const menu = await page.locator("nav.side").innerText();
  assert.ok(menu.includes("Accounts") && !menu.includes("Logs") && !menu.includes("Import"), menu);
  await page.getByRole("button", { name: "Log out" }).click();
  await choose(page, /audit administrator/);
  await go("/logs");
  assert.match(await page.locator("main").innerText(), /came in/);
  await noBarrier(page);
  await visit.close();
});
