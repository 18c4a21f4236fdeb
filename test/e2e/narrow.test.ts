import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.js";
import { launchBrowser, openPage } from "../support/browser.js";
import { HubProcess } from "../support/hub-process.js";
import { describeWithChromium } from "../support/shared-data.js";
import { OWNER, PLUG_ID, startHome } from "../support/signed-in-home.js";

/** A desktop window of 1280 px at 400 %, and the smallest phones (WCAG 2.2, 1.4.10). */
const WIDTH = 320;

const DEVICE = `/devices/${encodeURIComponent(PLUG_ID)}`;
const PAGES = [
  "/",
  "/devices",
  "/devices/add",
  DEVICE,
  `${DEVICE}?tab=messages`,
  `${DEVICE}?tab=settings`,
  "/settings",
  "/settings/account",
  "/settings/access",
  "/settings/plugins",
  "/settings/plugins/shelly",
  "/settings/system",
  "/settings/log",
];

/** How far the page can be pushed sideways, in pixels. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function signIn(page: Page, hub: HubProcess): Promise<void> {
  await page.goto(hub.url);
  await page.locator("#username").fill(OWNER.name);
  expect(await sideways(page)).toBe(0);
  await page.locator("#password").fill(OWNER.password);
  await page.locator("form .primary").click();
  await page.locator("vt-power-card").waitFor();
}

describeWithChromium(`at ${WIDTH} px`, (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(program);
  });
  afterAll(() => browser.close());

  it("no page has to be pushed sideways, and none breaks the rules of accessibility", {
    timeout: 120_000,
  }, async () => {
    await using hub = new HubProcess();
    await using _plug = await startHome(hub);
    const { context, errors, page } = await openPage(browser, { theme: "dark", width: 390 });
    await page.setViewportSize({ width: WIDTH, height: 640 });
    await signIn(page, hub);
    for (const path of PAGES) {
      await page.goto(hub.url + path);
      await page.locator("h1").first().waitFor();
      await page.waitForTimeout(700);
      expect.soft(await sideways(page), `${path} can be pushed sideways`).toBe(0);
      expect.soft(await accessibilityProblems(page), path).toEqual([]);
    }
    expect(errors).toEqual([]);
    await context.close();
  });
});
