// A real `junheng serve` on a home of its own, and a real Chromium that may speak to nothing else.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);
export const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
export const JUNHENG = process.env.JUNHENG ?? join(ROOT, "target/debug/junheng");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

export const SIZES = [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];

/** A home with the last two years of the sample county, or an empty one; with the sample's files to import. */
export async function openHome({ filled }) {
  const folder = await mkdtemp(join(tmpdir(), "junheng-console-"));
  const home = join(folder, "home");
  const sample = join(folder, "sample");
  await run(JUNHENG, ["sample", "--out", sample]);
  if (filled) {
    // A finding of 经验 makes no failure; only a refusal would.
    for (const year of ["2024-2025", "2025-2026"]) await run(JUNHENG, ["import", "--home", home, join(sample, year)], { maxBuffer: 1 << 26 });
  }
  return { home, sample, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A home with a county of many schools, told by their figures alone. */
export async function openLargeHome(schools) {
  const folder = await mkdtemp(join(tmpdir(), "junheng-console-"));
  const home = join(folder, "home");
  const count = ["--counties", "1", "--schools", String(schools), "--pupils", String(schools * 300)];
  await run(JUNHENG, ["bench-data", "--out", folder, ...count]);
  await run(JUNHENG, ["import", "--home", home, join(folder, "000", "学校数据.csv")], { maxBuffer: 1 << 26 });
  return { home, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts the server and waits until it answers at an address. */
export async function serve(home, asked = "/api/state") {
  const port = await freePort();
  const child = spawn(JUNHENG, ["serve", "--home", home, "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    if (child.exitCode !== null || tries > 300) throw new Error(`junheng serve did not start:\n${said}`);
    const up = await fetch(`${address}${asked}`).then((answer) => answer.ok, () => false);
    if (up) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  return { address, stop: () => new Promise((done) => { child.once("exit", done); child.kill("SIGTERM"); }) };
}

export async function browse() {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page that keeps account of everything that must not happen: errors, and requests to anybody but the server. */
export async function openPage(browser, address, size, { language = "zh", large = false } = {}) {
  const context = await browser.newContext({ viewport: size, locale: "zh-CN", reducedMotion: "reduce" });
  await context.addInitScript(
    ([lang, type]) => {
      localStorage.setItem("junheng.language", lang);
      localStorage.setItem("junheng.large-type", type);
    },
    [language, large ? "yes" : "no"],
  );
  const page = await context.newPage();
  const faults = [];
  page.on("console", (line) => { if (line.type() === "error" || line.type() === "warning") faults.push(`console: ${line.text()}`); });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${address}/`) && !url.startsWith("blob:") && !url.startsWith("data:")) faults.push(`outside: ${url}`);
  });
  page.on("response", (answer) => { if (answer.status() >= 400) faults.push(`${answer.status()}: ${answer.url()}`); });
  return {
    page,
    faults,
    /** Goes to an address behind the hash and waits until the page has what it asked for. */
    async go(hash) {
      await page.goto(`${address}/#${hash}`);
      await page.waitForFunction(() => document.querySelector("main h1") && !document.querySelector(".loading, .fading, [aria-busy=true]"));
      await page.waitForTimeout(150);
    },
    close: () => context.close(),
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
