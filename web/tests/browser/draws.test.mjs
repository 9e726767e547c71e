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
    await page.locator("input[type=file]").first().setInputFiles(list([...rows, "第一小学,539901201502031231,", rows[3]]));
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
    await page.getByText(/A-007 第一小学/).waitFor();
    await page.getByText(/顺序号 \d+（共 39 签，12 个名额/).waitFor();
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

// Classes and admission go the same way, from the office's workbooks to the rolls that are signed.
const papers = (...names) => Object.fromEntries(names.map(([part, file]) => [part, join(home.sample, "新生入学", file)]));
const KINDS = [
  { kind: "classes", title: "老寨乡 2025 级编班", receipt: "B2025-008", answer: /\d 班/, made: "均衡编班", files: () => papers(["roll", "编班名册.xlsx"]), wrong: () => papers(["roll", "编班名册-待核.csv"]) },
  {
    kind: "admission",
    title: "老寨乡 2025 年招生",
    receipt: "R2025-0100",
    answer: /录取|统筹|尚无学位/,
    made: "招生录取",
    files: () => papers(["plan", "招生计划.xlsx"], ["applications", "报名表.xlsx"], ["travel", "路程.csv"]),
    wrong: () => papers(["plan", "招生计划.xlsx"], ["applications", "报名表-待核.xlsx"]),
  },
];

for (const { kind, title, receipt, answer, made, files, wrong } of KINDS) {
  test(`${kind}: from the papers to the signed rolls`, async () => {
    const { page, faults, go, close } = await openPage(browser, home.server.address, SIZES[0]);
    const bring = async (all) => { for (const [part, file] of Object.entries(all)) await page.locator(`input[name=${part}]`).setInputFiles(file); };
    try {
      await go("/draws");
      await page.getByRole("button", { name: "新的派位" }).click();
      await page.locator(".draw-new select").first().selectOption(kind);
      if (kind === "classes") await page.locator(".draw-new fieldset select").selectOption("junior");
      await bring(wrong());
      await page.getByRole("button", { name: "先核对、试算" }).click();
      await page.locator(".draw-tried tbody tr").nth(2).waitFor();
      await bring(files());
      await page.getByRole("button", { name: "先核对、试算" }).click();
      await page.locator(".draw-tried caption", { hasText: kind === "classes" ? "均衡报告" : "各校" }).waitFor();
      await page.getByLabel("名称").fill(`2025-${kind}`);
      await page.getByLabel("标题").fill(title);
      await page.locator(".draw-new textarea").first().fill("家长代表");
      await page.getByRole("button", { name: "固定并公布" }).click();
      await page.waitForURL(/#\/draw\//);
      const witness = page.locator(".draw-witnesses li");
      await witness.locator("input").first().fill("春江潮水");
      await witness.getByRole("button", { name: "登记承诺" }).click();
      const salt = (await page.locator(".promised .big").innerText()).replace(/\s/g, "");
      await page.getByRole("button", { name: "已抄好" }).click();
      await witness.locator("input").first().fill("春江潮水");
      await witness.locator("input").nth(1).fill(salt);
      await witness.getByRole("button", { name: "公开" }).click();
      await witness.getByText("已公开").waitFor();
      await page.getByRole("link", { name: "投影页" }).click();
      await page.getByRole("button", { name: "开始派位" }).waitFor();
      await page.locator(".stage-run input").fill((await page.locator(".stage-id .code").first().innerText()).replace(/\s/g, "").slice(0, 8));
      await page.getByRole("button", { name: "开始派位" }).click();
      await page.getByText("用公布的文件重新算过，一致").waitFor();
      await page.getByRole("button", { name: "返回" }).click();
      await page.getByRole("heading", { name: made, exact: true }).waitFor();

      // The numbers of the paper open the query, and no others.
      const counted = (await page.getByText(/名单 \d+ 人/).innerText()).match(/结果 (\d+) 人，录取 (\d+) 人/);
      await page.getByLabel("总人数/录取人数").fill("1/1");
      await page.getByRole("button", { name: "核对无误，开放" }).click();
      await page.locator(".failure").getByRole("button").click();
      faults.length = 0;
      await page.getByLabel("总人数/录取人数").fill(`${counted[1]}/${counted[2]}`);
      await page.getByRole("button", { name: "核对无误，开放" }).click();
      await page.getByText("已开放").waitFor();
      await page.getByLabel("受理号").first().fill(receipt);
      await page.getByRole("button", { name: "查询", exact: true }).click();
      assert.match(await page.locator("ul[role=status]").innerText(), answer);

      const links = page.locator("a[download]", { hasText: ".xlsx" });
      assert.equal(await links.count(), 7);
      for (const link of await links.all()) {
        const bytes = Buffer.from(await (await fetch(await link.getAttribute("href"))).arrayBuffer());
        assert.equal(bytes.subarray(0, 2).toString(), "PK");
      }
      if (kind === "classes") {
        const form = page.locator(".draw-move");
        const own = (await page.locator("ul[role=status]").innerText()).match(/(\d+) 班/)[1];
        await form.locator("input").nth(0).fill(receipt);
        await form.locator("input").nth(1).fill(own === "1" ? "2" : "1");
        await form.locator("select").selectOption("court");
        for (const [at, words] of [[2, "某法院第1号"], [3, "王主任"], [4, "李老师"]]) await form.locator("input").nth(at).fill(words);
        await form.getByRole("button", { name: "登记例外" }).click();
        await page.getByRole("cell", { name: "李老师" }).waitFor();
      }
      await page.getByRole("button", { name: "查看" }).click();
      await page.getByText("记录完整，没有改动。").waitFor();
      assert.ok((await page.getByText("下载表册").count()) >= 7, "every look is on the record");
      await page.setViewportSize(SIZES[1]);
      await page.waitForTimeout(200);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= SIZES[1].width, "wider than a phone");
      assert.deepEqual(faults, [], "errors or outside requests");
    } finally {
      await close();
    }
  });
}
