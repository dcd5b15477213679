// Pastes a text into pages of sources and claims, and prints for each what it says of the citations, and where each
// leads, as JSON, with scripts; and how many such forms there are without: node compare.mjs URL TEXT [[PATH, SOURCE], …]

import { chromium } from "playwright-core";

const [url, text, asked] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
  timeout: 120_000,
});
try {
  const [plain, page] = [await opened({ javaScriptEnabled: false }), await opened({})];
  const found = [];
  for (const [path, source] of JSON.parse(asked)) found.push({ ...await compared(page, path, source), forms: await forms(plain, path) });
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
}

async function opened(options) {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(60_000);
  return page;
}

async function forms(page, path) {
  await page.goto(`${url}${path}`);
  return page.locator("div.compare").count();
}

async function compared(page, path, source) {
  await page.goto(`${url}${path}`);
  await page.locator("div.compare textarea").fill(text);
  const choice = page.locator("div.compare select");
  const sources = await choice.locator("option").allInnerTexts();
  if (source) await choice.selectOption(source);
  await page.locator("div.compare button").click();
  await page.locator("div.compare li").first().waitFor();
  const told = await page.locator("div.compare li").allInnerTexts();
  const said = await page.locator("div.compare [role=status]").innerText();
  const links = await page.locator("div.compare li a").evaluateAll((found) => found.map((a) => a.getAttribute("href")));
  const ends = links.filter((link) => !link.startsWith("#")).length
    + await page.evaluate((ids) => ids.filter((id) => id.startsWith("#") && document.querySelector(id)).length, links);
  return { told, said, sources, links, ends };
}
