// A whole draw in the console, from a list to the projector page; what is published is then recomputed by the program of 200 lines.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browse, openHome, openPage, ROOT, serve, SIZES } from "./server.mjs";

let browser;
let home;
let folder;

before(async () => {
  browser = await browse();
  home = await openHome({ filled: false });
  home.server = await serve(home.home);
  folder = mkdtempSync(join(tmpdir(), "junheng-draws-"));
});

after(async () => {
  await browser?.close();
  await home?.server?.stop();
  await home?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const rows = Array.from({ length: 40 }, (_, child) => `第一小学,A-${String(child).padStart(3, "0")},${child < 2 ? "双1" : ""}`);

test("a draw goes from its list to the projector page, and follows from what is published", async () => {
  const { page, faults, go, close } = await openPage(browser, home.server.address, SIZES[0]);
  try {
    await go("/draws");
    await page.getByRole("button", { name: "新的派位" }).click();
    const list = (lines) => ({ name: "名单.csv", mimeType: "text/csv", buffer: Buffer.from(`pool,receipt,bound\n${lines.join("\n")}\n`) });
    // A list with an id number and a receipt twice: all is said at once, nothing is kept.
    await page.locator("input[type=file]").setInputFiles(list([...rows, "第一小学,539901201502031231,", rows[3]]));
    await page.getByLabel("名称").fill("2026-一年级");
    await page.getByLabel("标题").fill("2026 年秋季一年级派位");
    await page.locator(".draw-new fieldset input").nth(1).fill("12");
    await page.locator(".draw-new textarea").first().fill("家长代表\n人大代表");
    await page.getByRole("button", { name: "固定并公布" }).click();
    await page.locator(".draw-new tbody tr").nth(1).waitFor();
    assert.equal(await page.locator(".draw-new tbody tr").count(), 2);
    await page.locator("input[type=file]").setInputFiles(list(rows));
    await page.locator(".draw-new fieldset input").nth(1).fill("12");
    await page.getByRole("button", { name: "固定并公布" }).click();
    await page.waitForURL(/#\/draw\//);

    const said = { 家长代表: "一片冰心", 人大代表: "在玉壶" };
    const salts = {};
    const of = (witness) => page.locator(".draw-witnesses li", { hasText: witness });
    for (const [witness, value] of Object.entries(said)) {
      await of(witness).locator("input").first().fill(value);
      await of(witness).getByRole("button", { name: "登记承诺" }).click();
      await page.locator(".promised").waitFor();
      salts[witness] = (await page.locator(".promised .big").innerText()).replace(/\s/g, "");
      await page.getByRole("button", { name: "已抄好" }).click();
    }
    // What was not promised is refused in words.
    await of("家长代表").locator("input").first().fill("另一句话");
    await of("家长代表").locator("input").nth(1).fill(salts["家长代表"]);
    await of("家长代表").getByRole("button", { name: "公开" }).click();
    await page.locator(".failure").waitFor();
    faults.length = 0;
    await page.locator(".failure").getByRole("button").click();
    for (const [witness, value] of Object.entries(said)) {
      await of(witness).locator("input").first().fill(value);
      await of(witness).locator("input").nth(1).fill(salts[witness]);
      await of(witness).getByRole("button", { name: "公开" }).click();
      await of(witness).getByText("已公开").waitFor();
    }

    await page.getByRole("link", { name: "投影页" }).click();
    const run = page.getByRole("button", { name: "开始派位" });
    await run.waitFor();
    assert.equal(await run.isDisabled(), true, "nothing begins by a click alone");
    const broad = await page.locator(".stage h1").evaluate((title) => title.getBoundingClientRect().width / window.innerWidth);
    assert.ok(broad > 0.7, "it takes the screen");
    const id = (await page.locator(".stage-id .code").first().innerText()).replace(/\s/g, "");
    await page.locator(".stage-run input").fill(id.slice(0, 8));
    await run.click();
    await page.getByText("用公布的文件重新算过，一致").waitFor();
    assert.match(await page.locator(".stage").innerText(), /名单 40 人，结果 40 人，录取 1[23] 人/);

    await page.getByRole("button", { name: "返回" }).click();
    await page.getByLabel("受理号").fill("A-007");
    await page.getByRole("button", { name: "查询" }).click();
    await page.getByText(/A-007 第一小学：顺序号 \d+（共 39 签，名额 12）/).waitFor();
    const names = await page.locator("dd a[download]").allInnerTexts();
    assert.equal(names.length, 6);
    for (const name of names) {
      const answer = await fetch(`${home.server.address}/api/draws/${encodeURIComponent("2026-一年级")}/files/${name}`);
      writeFileSync(join(folder, name), Buffer.from(await answer.arrayBuffer()));
    }
    const checked = execFileSync("python3", [join(ROOT, "checker/draw_check.py"), folder], { encoding: "utf8" });
    assert.match(checked, /✓/);
    assert.deepEqual(faults, [], "errors or outside requests");
  } finally {
    await close();
  }
});
