// Pastes a text into the page of a source or a claim, and prints what it says of the citations, and where each leads, as
// JSON, with scripts; and how many such forms there are without: node compare.mjs URL PATH TEXT SOURCE

import { chromium } from "playwright-core";

const [url, path, text, source] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  const without = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await without.goto(`${url}${path}`);
  const forms = await without.locator("div.compare").count();

  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url}${path}`);
  await page.locator("div.compare textarea").fill(text);
  const choice = page.locator("div.compare select");
  const sources = await choice.locator("option").allInnerTexts();
  if (source) await choice.selectOption(source);
  await page.locator("div.compare button").click();
  await page.locator("div.compare li").first().waitFor({ timeout: 20_000 });
  const told = await page.locator("div.compare li").allInnerTexts();
  const said = await page.locator("div.compare [role=status]").innerText();
  const links = await page.locator("div.compare li a").evaluateAll((found) => found.map((a) => a.getAttribute("href")));
  const ends = links.filter((link) => !link.startsWith("#")).length
    + await page.evaluate((ids) => ids.filter((id) => id.startsWith("#") && document.querySelector(id)).length, links);
  console.log(JSON.stringify({ forms, told, said, sources, links, ends }));
} finally {
  await browser.close();
}
