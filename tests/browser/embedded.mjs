// Opens a page of another site that embeds a claim, and prints what it shows as JSON: node embedded.mjs ADDRESS
// With scripts: the text of the element and of the card in the frame; without: that of the page.

import { chromium } from "playwright-core";

const [address] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  // Nothing but the two sites is asked for anything.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
  timeout: 120_000,
});
try {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(60_000);
  const failed = [];
  page.on("pageerror", (error) => failed.push(String(error)));
  await page.goto(address);
  // What is slotted is replaced when the record has answered.
  await page.waitForFunction(() => document.querySelector("fact-claim").shadowRoot?.querySelector("p"));
  const element = await page.evaluate(() => document.querySelector("fact-claim").shadowRoot.textContent.trim());
  const card = await page.frameLocator("iframe").locator("main").innerText();
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  plain.setDefaultTimeout(60_000);
  await plain.goto(address);
  const without = await plain.locator("fact-claim").innerText();
  console.log(JSON.stringify({ element, card, without, failed }));
} finally {
  await browser.close();
}
