// What an official does: follow a figure to its cell, reach things by keyboard, import files, print.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browse, openHome, openPage, serve, SIZES } from "./server.mjs";

let browser;
let filled;
let empty;

before(async () => {
  browser = await browse();
  filled = await openHome({ filled: true });
  filled.server = await serve(filled.home);
  empty = await openHome({ filled: false });
  empty.server = await serve(empty.home);
});

after(async () => {
  await browser?.close();
  for (const home of [filled, empty]) {
    await home?.server?.stop();
    await home?.remove();
  }
});

async function visiting(home, size, act) {
  const visit = await openPage(browser, home.server.address, size);
  try {
    await act(visit);
    assert.deepEqual(visit.faults, [], "errors or outside requests");
  } finally {
    await visit.close();
  }
}

for (const size of SIZES) {
  test(`a figure is followed from the board to its cell at ${size.width}×${size.height}`, async () => {
    await visiting(filled, size, async ({ page, go }) => {
      await go("/");
      const line = page.locator("tbody tr", { hasText: "玉衡市实验小学" }).filter({ hasText: "教学用房" }).first();
      await line.locator("a.amount").first().click();
      await page.waitForSelector(".sheet td.hit");
      assert.match(page.url(), /#\/figure\?.*indicator=teaching_area_per_pupil/);
      const text = await page.locator("main").innerText();
      for (const expected of ["8856.85", "2182", "教督〔2017〕6号", "教基5170", "C10"]) assert.ok(text.replaceAll(",", "").includes(expected), `the page says ${expected}`);
      const hits = await page.locator(".sheet td.hit").allInnerTexts();
      assert.ok(hits.some((hit) => hit.replaceAll(",", "").includes("8856.85")), `the cell itself is shown: ${hits}`);
    });
  });
}

test("the keyboard reaches the work: skip link, menu, table, figure", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/");
    await page.keyboard.press("Tab");
    assert.match(await focused(page), /跳到正文/);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
    const seen = await tab(page, 80);
    assert.ok(seen.some((text) => text.includes("导出官方表格")), "the export is reached");
    assert.ok(seen.some((text) => text.includes("玉衡市实验小学")), "a school of the work list is reached");
    // On from the school: the indicator and the figure stand in the same line.
    const figure = page.locator("tbody tr", { hasText: "玉衡市实验小学" }).first().locator("a.amount").first();
    await figure.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/figure/);
  });
});

test("large type and language are kept, and change nothing of the address", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/");
    const before = page.url();
    await page.getByRole("button", { name: "大字" }).click();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "20px");
    await page.getByRole("button", { name: "English" }).click();
    await page.waitForFunction(() => document.querySelector("main h1")?.textContent?.includes("school year"));
    assert.equal(page.url(), before);
  });
});

test("an import is tried, explained, accepted, and the board follows", async () => {
  await visiting(empty, SIZES[0], async ({ page, go }) => {
    await go("/");
    assert.match(await page.locator("main").innerText(), /换成我的数据/);
    await page.getByRole("link", { name: "去导入" }).click();
    await page.waitForURL(/#\/import/);
    const folder = join(empty.sample, "2025-2026", "统计报表");
    const files = readdirSync(folder).slice(0, 5).map((name) => join(folder, name));
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", files);
    await page.getByRole("button", { name: "开始试读" }).click();
    const accept = page.getByRole("button", { name: "接受" });
    await accept.waitFor({ timeout: 60_000 });
    for (const box of await page.locator("textarea.explain").all()) await box.fill("已核对，属实");
    await accept.click();
    await page.getByRole("link", { name: "看县级总览" }).click({ timeout: 60_000 });
    await page.waitForFunction(() => document.querySelector("main h1")?.textContent?.includes("学年"));
  });
});

test("what is printed says where it comes from, and leaves the controls behind", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/figure?indicator=teaching_area_per_pupil&school=2153990004&stage=primary");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("header.top").isVisible(), false);
    assert.equal(await page.locator("nav.side").isVisible(), false);
    assert.ok(await page.locator(".print-head").isVisible());
    const paper = await page.pdf({ format: "A4" });
    assert.ok(paper.length > 20_000, "the page prints");
  });
});

async function focused(page) {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}

async function tab(page, times) {
  const seen = [];
  for (let press = 0; press < times; press += 1) {
    await page.keyboard.press("Tab");
    seen.push(await focused(page));
  }
  return seen;
}
