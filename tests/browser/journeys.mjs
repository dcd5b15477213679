// What people do with the pages, step by step, and what they then see, as JSON: node journeys.mjs URL
// Each journey is made with scripts, without them, and the first with the keyboard alone.

import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
const CLAIM = "/claims/abe-seeks-treaty-progress-in-term";

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  // Nothing but the service is asked for anything.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
  timeout: 120_000,
});
try {
  const seen = {};
  for (const javaScriptEnabled of [true, false]) {
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    page.setDefaultTimeout(60_000);
    seen[javaScriptEnabled ? "with scripts" : "without scripts"] = await journeys(page);
  }
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(60_000);
  seen["by keyboard"] = { found: await findByKeyboard(page) };
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}

/** Where each journey ends, and what stands there. */
async function journeys(page) {
  return {
    found: await find(page),
    passage: await followToTheSource(page),
    perspective: await switchPerspective(page),
    contradiction: await readWhoContradicts(page),
    difference: await compareRevisions(page),
  };
}

/** Press what leads elsewhere, and wait until that is there: a click does not, and the page before answers meanwhile. */
async function follow(page, link) {
  const before = page.url();
  await Promise.all([page.waitForURL((url) => url.href !== before), link.click()]);
}

/** From the front page, by typing what somebody remembers of a claim. */
async function find(page) {
  await page.goto(`${url}/`);
  await page.locator("#q").fill("abe progress peace treaty term");
  await follow(page, page.locator("form[role=search] button"));
  await follow(page, page.locator(`main a[href^="${CLAIM}"]`).first());
  return [new URL(page.url()).pathname, await page.locator("h1").innerText()];
}

/** From the claim to the passage at the source, and to the source's own page. */
async function followToTheSource(page) {
  await page.goto(`${url}${CLAIM}`);
  const passage = await page.locator(".citations a[rel~=external]").first().getAttribute("href");
  await follow(page, page.locator(".citations a[href^='/sources/']").first());
  return [passage, new URL(page.url()).pathname];
}

/** The same islands by the names of one side. */
async function switchPerspective(page) {
  await page.goto(`${url}/places/four-islands`);
  const neutral = await page.locator("h1").innerText();
  await follow(page, page.locator("footer a[href*='perspective=japan']"));
  return [neutral, await page.locator("h1").innerText(), await page.locator("aside.choice").innerText()];
}

/** From a claim to the one that says otherwise, and back. */
async function readWhoContradicts(page) {
  await page.goto(`${url}/claims/handover-would-be-goodwill-only`);
  const heading = page.locator("#beside h3.contradicts").first();
  const other = heading.locator("xpath=following-sibling::ul[1]//a").first();
  const said = [await heading.innerText(), await other.innerText()];
  await follow(page, other);
  return [...said, await page.locator("h1").innerText(),
    await page.locator("#beside h3.contradicted-by").innerText()];
}

/** What the last change of a claim changed. */
async function compareRevisions(page) {
  await page.goto(`${url}/claims/turnout-48-80`);
  await page.locator("details:has(del) > summary").first().click();
  return [await page.locator("del").first().innerText(), await page.locator("ins").first().innerText()];
}

/** The first journey without a pointer. */
async function findByKeyboard(page) {
  await page.goto(`${url}/`);
  await until(page, (focused) => focused.id === "q");
  await page.keyboard.type("abe progress peace treaty term");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search?**");
  await until(page, (focused) => focused.href?.includes("/claims/abe-seeks-treaty-progress-in-term"));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${CLAIM}**`);
  return [new URL(page.url()).pathname, await page.locator("h1").innerText()];
}

/** Press Tab until what is focused is what is looked for. */
async function until(page, wanted) {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => ({ id: document.activeElement.id, href: document.activeElement.href }));
    if (wanted(focused)) return;
  }
  throw new Error("nothing of the kind can be reached by Tab");
}
