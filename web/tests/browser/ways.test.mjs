// What an official does: follow a figure to its cell, reach things by keyboard, import files, print.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

test("a number typed on the sheet turns lights at once, is taken back, moved, named and kept", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/what-if");
    const cell = page.getByLabel("白沙乡芭蕉小学 小学 县级以上骨干教师数");
    await cell.waitFor();
    const lights = page.locator(".what-if-lights");
    const before = await lights.innerText();
    await cell.fill(String(Number(await cell.inputValue()) + 2));
    await cell.press("Enter");
    await page.waitForFunction((before) => document.querySelector(".what-if-lights")?.innerText !== before, before);
    assert.match(await lights.innerText(), /学校达标（参评 79 所） 69 → 70/);
    assert.ok((await page.locator("main").innerText()).includes("白沙乡芭蕉小学 小学 县级以上骨干教师数 +2"));
    // Kept under a name, taken back, and opened again.
    await page.getByLabel("给这组变动起名").fill("两名骨干");
    await page.getByRole("button", { name: "存为方案" }).click();
    const kept = page.locator("tr", { hasText: "两名骨干" });
    await kept.waitFor();
    await page.getByRole("button", { name: "全部取消" }).click();
    await page.waitForFunction((before) => document.querySelector(".what-if-lights")?.innerText === before, before);
    await kept.getByRole("button", { name: "打开" }).click();
    await page.waitForFunction((before) => document.querySelector(".what-if-lights")?.innerText !== before, before);
    await page.getByRole("button", { name: "全部取消" }).click();
    // Moved from a school that has some, without a mouse; more than there is, is refused in words.
    await page.locator("form.what-if-move select").first().selectOption({ label: "县级以上骨干教师数" });
    const from = page.locator("form.what-if-move select").nth(1);
    await from.selectOption(await from.locator("option", { hasText: "玉衡市第一小学" }).getAttribute("value"));
    const to = page.locator("form.what-if-move select").nth(2);
    await to.selectOption(await to.locator("option", { hasText: "白沙乡芭蕉小学" }).getAttribute("value"));
    await page.getByLabel("多少").fill("9999");
    await page.getByRole("button", { name: "加入变动" }).click();
    await page.getByText(/不够减去 9999/).waitFor();
  });
});

test("a what-if of the date changes the rules, says so everywhere, and ends", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/packs");
    // The next day on which something of the standard changes is offered as a link.
    const button = page.getByRole("button", { name: /^20\d\d-\d\d-\d\d$/ }).first();
    const day = (await button.innerText()).trim();
    await button.click();
    // The link names the day only when the rules of that day have come.
    await page.getByRole("link", { name: /的规则试算全县/ }).filter({ hasText: day }).click();
    await page.waitForFunction((day) => location.hash.includes(`rules=${day}`), day);
    await page.waitForSelector(".what-if");
    assert.match(await page.locator(".what-if").innerText(), new RegExp(`${day}.*不是结论`));
    // It holds on the next page as well, and on paper.
    await page.getByRole("link", { name: "学校", exact: true }).click();
    await page.waitForSelector(".beside tbody tr");
    assert.ok(page.url().includes(`rules=${day}`));
    assert.match(await page.locator(".print-head").textContent(), new RegExp(day));
    await page.getByRole("link", { name: "结束试算" }).click();
    await page.waitForFunction(() => !location.hash.includes("rules="));
    assert.equal(await page.locator(".what-if").count(), 0);
  });
});

test("one's own GeoJSON lies under the schools", async () => {
  const folder = join(filled.home, "map");
  mkdirSync(folder, { recursive: true });
  const ring = [[103.0, 23.0], [103.8, 23.0], [103.8, 23.8], [103.0, 23.8], [103.0, 23.0]];
  const feature = { type: "Feature", properties: { name: "<img src=x onerror=alert(1)>" }, geometry: { type: "Polygon", coordinates: [ring] } };
  writeFileSync(join(folder, "乡镇界.geojson"), JSON.stringify({ type: "FeatureCollection", features: [feature] }));
  writeFileSync(join(folder, "坏.geojson"), "{");
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/map");
    // The server looks at the folder twice a second at most.
    for (let tries = 0; tries < 40 && (await page.locator(".plan .layer path").count()) === 0; tries += 1) {
      await page.waitForTimeout(250);
      await page.reload();
      await page.waitForSelector(".plan");
    }
    assert.equal(await page.locator(".plan .layer path").count(), 1);
    assert.match(await page.locator("main").innerText(), /坏\.geojson/);
    const outline = await page.locator(".plan .layer path").boundingBox();
    assert.ok(outline.width > 100 && outline.height > 100, "it is drawn to the same scale");
    // Closer and back.
    const frame = () => page.locator(".plan").getAttribute("viewBox");
    const whole = await frame();
    await page.getByRole("button", { name: "放大" }).click();
    assert.notEqual(await frame(), whole);
    await page.getByRole("button", { name: "全图" }).click();
    assert.equal(await frame(), whole);
  });
});

test("a folder that is dropped comes with the names of its files and folders", async () => {
  await visiting(empty, SIZES[0], async ({ page, go }) => {
    await go("/import");
    const folder = join(empty.sample, "2024-2025", "统计报表");
    const files = readdirSync(folder).slice(0, 3).map((name) => ({ name, base64: readFileSync(join(folder, name)).toString("base64") }));
    // A drop as the browser hands it over: an entry of a folder that is read in portions.
    await page.evaluate((files) => {
      const entry = (path, name, base64) => ({
        isFile: true,
        isDirectory: false,
        name,
        fullPath: `${path}/${name}`,
        file: (done) => done(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name)),
      });
      const folder = {
        isFile: false,
        isDirectory: true,
        name: "统计报表",
        fullPath: "/统计报表",
        createReader: () => {
          const portions = [files.slice(0, 2), files.slice(2), []];
          return { readEntries: (done) => done((portions.shift() ?? []).map((one) => entry("/统计报表", one.name, one.base64))) };
        },
      };
      const drop = new Event("drop", { bubbles: true, cancelable: true });
      Object.defineProperty(drop, "dataTransfer", { value: { items: [{ kind: "file", webkitGetAsEntry: () => folder }], files: [] } });
      document.querySelector(".drop").dispatchEvent(drop);
    }, files);
    const names = page.locator(".names li");
    await names.nth(2).waitFor();
    for (const text of await names.allInnerTexts()) assert.match(text, /^统计报表\/.+\.xlsx/);
    await page.getByRole("button", { name: "开始试读" }).click();
    await page.getByRole("button", { name: "接受" }).waitFor({ timeout: 60_000 });
    assert.match(await page.locator("main").innerText(), /统计报表\//);
    // Left and found again, then thrown away.
    await go("/import");
    await page.getByRole("button", { name: /20\d\d/ }).first().click();
    await page.getByRole("button", { name: "放弃这次导入" }).click();
    await page.waitForSelector(".drop");
  });
});

test("a folder that is chosen comes with its paths", async () => {
  await visiting(empty, SIZES[0], async ({ page, go }) => {
    await go("/import");
    await page.setInputFiles("input[webkitdirectory]", join(empty.sample, "2024-2025", "班级"));
    await page.waitForSelector(".names li");
    for (const text of await page.locator(".names li").allInnerTexts()) assert.match(text, /^班级\//);
  });
});

test("what is exported speaks the reader's language", async () => {
  const visit = await openPage(browser, filled.server.address, SIZES[0], { language: "en" });
  try {
    for (const path of ["/", "/schools", "/indicator/backbone_per_100", "/classes", "/packs", "/school/2153990004"]) {
      await visit.go(path);
      const link = visit.page.locator("a[download]").first();
      assert.match(await link.getAttribute("href"), /lang=en/, path);
      const [download] = await Promise.all([visit.page.waitForEvent("download"), link.click()]);
      assert.match(download.suggestedFilename(), /\.xlsx$/, path);
    }
    assert.deepEqual(visit.faults, []);
  } finally {
    await visit.close();
  }
});

test("the board says at once what falls short, changed and is unknown, and leads there", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/");
    const glance = page.locator(".glance");
    const seen = await glance.boundingBox();
    assert.ok(seen.y + seen.height < SIZES[0].height, "it is on the first screen");
    const text = await glance.innerText();
    for (const expected of ["差在哪里", "变了什么", "还不清楚的", "10 所学校未达标", "差异系数超过上限"]) assert.ok(text.includes(expected), expected);
    await glance.getByRole("button", { name: /差异系数超过上限/ }).click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "board-spreads");
    await go(`/?pack=${encodeURIComponent("cn/2012-basic-balance")}`);
    assert.match(await page.locator("#board-composites").innerText(), /综合差异系数/);
    assert.equal(await page.locator("#board-scores tbody tr").count() > 0, true);
    await page.locator("#board-scores").getByRole("button", { name: "全部（17）" }).click();
    assert.equal(await page.locator("#board-scores tbody tr").count(), 17);
  });
});

test("a school shows the items that hold as well", async () => {
  await visiting(filled, SIZES[0], async ({ page, go }) => {
    await go("/school/2153990004");
    const items = page.locator("section", { has: page.getByRole("heading", { name: "涉及本校的项目" }) });
    const open = await items.locator("tbody tr").count();
    await items.getByRole("button", { name: /^全部/ }).click();
    assert.ok((await items.locator("tbody tr").count()) > open);
    await items.getByRole("link", { name: /规模不超过/ }).click();
    await page.waitForFunction(() => document.querySelector("main")?.textContent?.includes("玉衡市实验小学（2153990004）"));
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
