// Presses "Try it out" and "Execute" of operations of the documentation page, with what stands there, and prints the
// status of each as JSON, null of those that are only shown: node press.mjs URL KEY ["METHOD PATH", …]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const [url, key, pressed] = process.argv.slice(2);
const wanted = new Set(JSON.parse(pressed));
const profile = mkdtempSync(join(tmpdir(), "facts-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  // Nothing but the service is asked for anything.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
  timeout: 120_000,
});
try {
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  await page.goto(`${url}/docs/`);
  await authorize(page);
  await resolve(page);
  console.log(JSON.stringify(await pressAll(page)));
} finally {
  await context.close();
  rmSync(profile, { recursive: true });
}

async function authorize(page) {
  await page.locator(".auth-wrapper .authorize").first().click();
  await page.locator(".auth-container input").fill(key);
  await page.locator(".auth-btn-wrapper .authorize").click();
  await page.locator(".auth-btn-wrapper .btn-done").click();
}

/** Put in all that operations refer to at once. The page takes as long for each one that is opened. */
async function resolve(page) {
  await page.evaluate(() => void globalThis.ui.specActions.requestResolvedSubtree(["paths"]));
  await page.waitForFunction(() => globalThis.ui.specSelectors.specResolvedSubtree(["paths"]));
}

async function named(block) {
  const method = await block.locator(".opblock-summary-method").innerText();
  const path = await block.locator(".opblock-summary-path").getAttribute("data-path");
  return `${method} ${path}`;
}

/** The statuses by operation. What is open is drawn again at each step, so one family is open at a time. */
async function pressAll(page) {
  const statuses = {};
  const families = await page.locator(".opblock-tag").all();
  for (const family of families) {
    await family.dispatchEvent("click");
    for (const block of await page.locator(".opblock").all()) {
      const name = await named(block);
      statuses[name] = wanted.has(name) ? await press(block) : null;
    }
    await family.dispatchEvent("click");
  }
  return statuses;
}

/** The status that an operation answers with, as the page shows it. */
async function press(block) {
  const clicked = (part) => block.locator(part).first().dispatchEvent("click");
  await clicked(".opblock-summary-control");
  await clicked(".try-out__btn");
  await clicked(".execute");
  const status = await block.locator(".live-responses-table .response .response-col_status").first().innerText();
  await clicked(".opblock-summary-control");
  return Number.parseInt(status, 10);
}
