// The public reports and asks with the receipt; an inspector fills in a visit without a connection and sends it twice; the
// pages of an office's week have no barrier, on a desk and on a phone, in both languages, with data and without.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noBarrier } from "./axe.mjs";
import { browse, JUNHENG, openHome, openPage, serve, SIZES } from "./server.mjs";

const PHONE = SIZES[1];
const PHOTO = { name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from("ffd8ffe000104a464946", "hex") };
let browser;
let home;
let empty;

before(async () => {
  browser = await browse();
  home = await openHome({ filled: false });
  const run = (...words) => execFileSync(JUNHENG, words, { maxBuffer: 1 << 26, encoding: "utf8" });
  run("import", "--home", home.home, join(home.sample, "2025-2026"));
  run("duty", "sync", "--home", home.home, "--practice", "--at", "2025-10-20T09:00");
  run("users", "demo", "--home", home.home);
  home.run = run;
  home.server = await serve(home.home, "/api/session");
  empty = await openHome({ filled: false });
  empty.server = await serve(empty.home);
});

after(async () => {
  await browser?.close();
  await home?.server?.stop();
  await empty?.server?.stop();
  await home?.remove();
  await empty?.remove();
});

/** Comes in as a role of the home made for showing. */
async function enter(page, role) {
  await page.goto(home.server.address);
  await page.getByRole("button", { name: role }).first().click();
  await page.locator("nav.side").waitFor({ state: "attached" });
  await page.waitForTimeout(500);
}

/** Nothing stands out at the side of a narrow screen. */
async function fits(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1), "the page is wider than the screen");
}

for (const size of SIZES) {
  test(`the public reports at ${size.width}×${size.height}, and the receipt shows the state alone`, async () => {
    const visit = await openPage(browser, home.server.address, size);
    const { page, faults } = visit;
    await page.goto(`${home.server.address}/report`);
    await page.locator("form textarea").first().waitFor();
    await noBarrier(page);
    await fits(page);
    // No way to anywhere else.
    assert.deepEqual(await page.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), []);
    await page.locator("select").nth(0).selectOption({ index: 2 });
    const selects = page.locator("form select");
    for (let at = 1; at < (await selects.count()); at += 1) await selects.nth(at).selectOption({ index: 0 });
    await page.locator("form textarea").fill("某某家长反映的事");
    await page.locator("input[type=file]").setInputFiles(PHOTO);
    await page.keyboard.press("Tab");
    await page.locator("form button[type=submit]").press("Enter");
    await page.locator(".receipt").waitFor();
    const receipt = await page.locator(".receipt").innerText();
    assert.match(receipt, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    await noBarrier(page);
    await page.getByRole("button", { name: "查办理情况" }).click();
    await page.locator("form input").fill(receipt.toLowerCase());
    await page.locator("form button[type=submit]").click();
    await page.getByText("正在办理").waitFor();
    const said = await page.locator("main").innerText();
    assert.ok(!said.includes("某某家长") && !said.includes("TS-"), said);
    await noBarrier(page);
    assert.deepEqual(faults, []);
    await visit.close();
  });
}

test("a visit is filled in without a connection, outlives the page, and is sent twice as one", async () => {
  const visit = await openPage(browser, home.server.address, PHONE);
  const { page } = visit;
  await enter(page, /责任督学/);
  await page.goto(`${home.server.address}/visit`);
  await page.locator(".kept-page").waitFor();
  await noBarrier(page);
  await fits(page);
  // From here on nothing gets through.
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText("○ 没有网络").waitFor();
  const what = page.locator("select").first();
  const period = await what.locator("option").evaluateAll((options) => options.filter((one) => !one.disabled).pop().value);
  await what.selectOption(period);
  const school = await page.locator("select").nth(1).locator("option:not([disabled])").first().getAttribute("value");
  await page.locator("select").nth(1).selectOption(school);
  await page.getByRole("button", { name: "填报" }).click();
  await page.locator(".point").first().waitFor();
  assert.equal(await page.locator(".point").count(), 8);
  for (let at = 0; at < 8; at += 1) await page.locator(".point").nth(at).locator("input").first().check();
  await page.locator("input[type=date]").fill(new Date().toISOString().slice(0, 10));
  await page.locator("form select").last().selectOption({ index: 0 });
  for (const area of await page.locator("form textarea").all()) await area.fill("听课、访谈");
  await page.locator("input[type=number]").fill("0");
  for (const file of await page.locator("input[type=file]").all()) await file.setInputFiles(PHOTO);
  await page.getByText("✓ 已附 1 个").nth(1).waitFor();
  // The draft is on the device, not in the page.
  await page.reload();
  await page.getByRole("button", { name: "继续填" }).click();
  assert.equal(await page.locator(".point input:checked").count(), 8);
  await noBarrier(page);
  await page.getByRole("button", { name: "填好了，发送" }).click();
  await page.locator("li[data-state=waiting]").waitFor();
  // What waits is kept aside, to be sent once more as if the answer had been lost.
  const waiting = () =>
    page.evaluate(() => new Promise((done) => {
      const asked = indexedDB.open("junheng-visit", 1);
      asked.onsuccess = () => {
        const all = asked.result.transaction("entries").objectStore("entries").getAll();
        all.onsuccess = () => done(all.result);
      };
    }));
  const [entry] = (await waiting()).filter((one) => one.state === "waiting");
  const { procedure, routine, unit, fields, key } = entry;
  const deed = { procedure, routine, period: entry.period, unit, fields, key };
  await page.context().setOffline(false);
  await page.locator("li[data-state=sent]").waitFor();
  const again = await page.evaluate(async (deed) => {
    const form = new FormData();
    form.append("deed", JSON.stringify(deed));
    for (const kind of ["visit_record", "photo"]) form.append(kind, new Blob(["x"]), "a.jpg");
    const answer = await fetch("/api/statements", { method: "POST", headers: { "x-junheng": "1" }, body: form });
    return { status: answer.status, said: await answer.json() };
  }, deed);
  assert.equal(again.status, 200, JSON.stringify(again.said));
  assert.equal(again.said.case, await page.locator("li[data-state=sent] p.quiet").innerText());
  // One statement, and one alone, with the events of one.
  const listed = await page.evaluate(async () => (await fetch("/api/cases?procedure=cn/procedures/inspector-visits")).json());
  assert.equal(listed.total, 1);
  const shown = await page.evaluate(async (id) => (await fetch(`/api/cases/${id}`)).json(), again.said.case);
  assert.equal(shown.timeline.filter((event) => event.words.zh.startsWith("立案")).length, 1);
  await noBarrier(page);
  await visit.close();
});

const OFFICE = ["/desk", "/calendar", "/statements", "/hand-overs", "/letters", "/closeouts", "/cases?procedure=cn/procedures/class-size"];

for (const [size, language] of [[SIZES[0], "zh"], [SIZES[1], "zh"], [SIZES[0], "en"], [SIZES[1], "en"]]) {
  test(`the pages of the office's week have no barrier at ${size.width}×${size.height}, ${language}`, async () => {
    const visit = await openPage(browser, home.server.address, size, { language });
    const { page, faults, go } = visit;
    await enter(page, language === "zh" ? /基教股/ : /basic education/i);
    for (const path of OFFICE) {
      await go(path);
      await noBarrier(page);
      await fits(page);
    }
    assert.deepEqual(faults, []);
    await visit.close();
  });
}

test("the desk updates cases from the latest evaluation, and says what came of it", async () => {
  const visit = await openPage(browser, home.server.address, SIZES[0]);
  const { page, faults, go } = visit;
  await enter(page, /基教股/);
  await go("/desk");
  await page.getByRole("button", { name: "按最新评估更新" }).press("Enter");
  await page.locator(".synced").waitFor();
  assert.match(await page.locator(".synced").innerText(), /的数据/);
  await noBarrier(page);
  assert.deepEqual(faults, []);
  await visit.close();
});

test("a zero report is made on its page, and duties are handed out from a table", async () => {
  const visit = await openPage(browser, home.server.address, SIZES[0]);
  const { page, faults, go } = visit;
  await enter(page, /^校长/);
  await go("/statements");
  const line = page.locator(".steps > li", { hasText: "学校月报" }).first();
  await line.getByRole("button", { name: "填报" }).click();
  const numbers = line.locator("input[type=number]");
  for (const [at, value] of ["40", "40", "0", "0"].entries()) await numbers.nth(at).fill(value);
  await line.locator("p", { hasText: "零报告：" }).waitFor();
  await line.locator("input[type=file]").setInputFiles(PHOTO);
  await noBarrier(page);
  await line.getByRole("button", { name: "报告" }).click();
  await page.getByText("已报：").first().waitFor();
  await page.getByRole("button", { name: "退出" }).click();
  await page.getByRole("button", { name: /教育局长/ }).first().click();
  await page.locator("nav.side").waitFor();
  await page.waitForTimeout(500);
  await go("/letters");
  await page.locator("input[type=file]").setInputFiles({
    name: "任务.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("对象,出自哪个文件,第几条,任务,责任岗位,责任人姓名,完成时限,以什么为证\n消除大班额,责任书,1,消除大班额,基教股,王某,2099-12-31,台账\n校舍排查,责任书,2,排查校舍,安全股,李某,2099-12-31,清单\n"),
  });
  await page.getByRole("button", { name: "下达" }).click();
  await page.getByText("下达 2 项").waitFor();
  assert.match(await page.locator("table", { hasText: "未签收" }).first().innerText(), /消除大班额[^]*未签收/);
  await noBarrier(page);
  assert.deepEqual(faults, []);
  await visit.close();
});

test("a month is left through, printed on paper, and the sample is drawn", async () => {
  const visit = await openPage(browser, home.server.address, SIZES[0]);
  const { page, go } = visit;
  await enter(page, /基教股/);
  await go("/calendar?month=2026-10");
  assert.equal(await page.locator(".month li:not(.blank)").count(), 31);
  assert.ok((await page.locator(".month .off").count()) >= 8);
  await page.getByRole("button", { name: "上月" }).press("Enter");
  await page.waitForURL(/month=2026-09/);
  await page.locator("h1", { hasText: "2026-09" }).waitFor();
  await page.locator("button.link", { hasText: "抽查" }).first().click();
  await page.locator("form .field").first().fill("福彩 2026250");
  await page.getByRole("button", { name: "抽取" }).click();
  await page.getByText("种子“福彩 2026250”").waitFor();
  await noBarrier(page);
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await page.locator(".top").isVisible()) && (await page.locator(".month").isVisible()));
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.ok(pdf.length > 10_000);
  await visit.close();
});

test("the second step shows a square to be photographed, and the key in letters", async () => {
  const visit = await openPage(browser, home.server.address, PHONE);
  const { page, faults, go } = visit;
  await enter(page, /基教股/);
  await go("/me");
  await page.getByRole("button", { name: "启用" }).first().click();
  await page.locator("svg.square").waitFor();
  assert.match(await page.locator("svg.square path").getAttribute("d"), /^M0 0h1v1h-1z/);
  assert.match(await page.locator("code").innerText(), /^[A-Z2-7]{4}( [A-Z2-7]{4}){7}$/);
  await noBarrier(page);
  await fits(page);
  assert.deepEqual(faults, []);
  await visit.close();
});

test("an empty home says what to do on each of these pages", async () => {
  for (const path of ["/calendar", "/statements", "/hand-overs", "/letters", "/closeouts"]) {
    const visit = await openPage(browser, empty.server.address, SIZES[0]);
    const { page } = visit;
    await page.goto(`${empty.server.address}/#${path}`);
    await page.locator("main .failure, main .quiet").first().waitFor();
    assert.ok((await page.locator("main").innerText()).length > 10, path);
    await noBarrier(page);
    await visit.close();
  }
  const visit = await openPage(browser, empty.server.address, PHONE);
  await visit.page.goto(`${empty.server.address}/report`);
  await visit.page.getByText("举报电话").waitFor();
  await noBarrier(visit.page);
  await visit.close();
});
