// Presses "Try it out" and "Execute" of every operation of the documentation page, with what stands there, and
// prints each operation's status as JSON: node press.mjs URL KEY

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const [url, key] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "facts-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  // Nothing but the service is asked for anything.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
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
    for (const block of await page.locator(".opblock").all()) statuses[await named(block)] = await press(block);
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
