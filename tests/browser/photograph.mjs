// Takes a picture of pages as telephones and desks show them, in light and in dark: node photograph.mjs URL FOLDER JSON
// where JSON has {"pages": {name: path}, "documented": {name: {path, width, height, scheme, at}}}. `at` is a selector of
// what the picture begins with.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "playwright-core";

const [url, folder, wanted] = process.argv.slice(2);
const { pages, documented } = JSON.parse(wanted);
const widths = [390, 1280];
const schemes = ["light", "dark"];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
});
try {
  mkdirSync(folder, { recursive: true });
  for (const width of widths) for (const colorScheme of schemes) await all(width, colorScheme);
  for (const [name, picture] of Object.entries(documented)) await one(name, picture);
} finally {
  await browser.close();
}

/** Every page in full. */
async function all(width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${url}${path}`);
    await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  }
  await context.close();
}

/** What fits into one window, for documents. */
async function one(name, { path, width, height, scheme, at }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  if (at) await page.locator(at).first().evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}
