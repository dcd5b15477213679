// Opens pages on a telephone in the dark and on a desk in the light, and prints what is wrong with them as JSON, by
// place and page, and the places where the search box suggests a name for what is typed: node read.mjs URL TYPED NAME PATH…

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { chromium } from "playwright-core";

const [url, typed, name, ...paths] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const places = {
  telephone: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  desk: { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
};

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  // Nothing but the service is asked for anything.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
  timeout: 120_000,
});
try {
  const wrong = {};
  const suggested = [];
  for (const [place, options] of Object.entries(places)) {
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(60_000);
    for (const path of paths) wrong[`${path} on a ${place}`] = await faults(page, path);
    await waitForSuggestion(page);
    suggested.push(place);
  }
  console.log(JSON.stringify({ wrong, suggested }));
} finally {
  await browser.close();
}

/** Type into the search box of the page at hand until it suggests the name; it suggests others before. */
async function waitForSuggestion(page) {
  await page.locator("#q").pressSequentially(typed);
  await page.locator(`#near option[value="${name}"]`).first().waitFor({ state: "attached" });
}

/** What is wrong with a page: what it asks of others, what fails in it, what is too wide, what axe finds. */
async function faults(page, path) {
  const found = [];
  const asked = (request) => [url, "data:"].some((known) => request.url().startsWith(known)) || found.push(request.url());
  const failed = (message) => message.type() === "error" && found.push(message.text());
  page.on("request", asked).on("console", failed).on("pageerror", (error) => found.push(String(error)));
  await page.goto(`${url}${path}`);
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  if (widths[0] > widths[1]) found.push(`wider than its window: ${widths}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  found.push(...violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.html).slice(0, 3)}`));
  page.removeAllListeners();
  return found;
}
