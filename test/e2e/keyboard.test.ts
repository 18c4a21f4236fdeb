import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser, openPage } from "../support/browser.js";
import { HubProcess } from "../support/hub-process.js";
import { describeWithChromium } from "../support/shared-data.js";
import { OWNER, startHome } from "../support/signed-in-home.js";

const MOST_STOPS = 60;

/** Whether the element that has the focus, inside whatever shadow roots, is the wanted one, and whether that is seen. */
const focusOn = (page: Page, selector: string): Promise<{ isThere: boolean; isSeen: boolean }> =>
  page.evaluate((wanted) => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const isThere = element?.matches(wanted) ?? false;
    const style = element && getComputedStyle(element);
    return { isThere, isSeen: style?.outlineStyle !== "none" && Number.parseFloat(style?.outlineWidth ?? "0") >= 2 };
  }, selector);

/** Goes on with the Tab key until the wanted element has the focus, and asks that one can see it there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab");
    const { isThere, isSeen } = await focusOn(page, selector);
    if (!isThere) continue;
    expect(isSeen, `the focus on ${selector} is not seen`).toBe(true);
    return;
  }
  throw new Error(`The Tab key never came to ${selector}.`);
}

async function signIn(page: Page, hub: HubProcess): Promise<void> {
  await page.goto(hub.url);
  await page.locator("#username").waitFor();
  await tabTo(page, "#username");
  await page.keyboard.type(OWNER.name);
  await tabTo(page, "#password");
  await page.keyboard.type(OWNER.password);
  await page.keyboard.press("Enter");
  await page.locator("vt-power-card").waitFor();
}

async function toggle(page: Page, isOn: () => boolean): Promise<void> {
  const control = page.getByRole("switch").first();
  await expect.poll(() => control.isChecked(), { timeout: 10_000 }).toBe(true);
  await tabTo(page, "[role=switch]");
  await page.keyboard.press("Space");
  await expect.poll(isOn, { timeout: 10_000 }).toBe(false);
  await expect.poll(() => control.isChecked(), { timeout: 10_000 }).toBe(false);
}

/** The chart says its values to those who move through it with the arrows. */
async function readChart(page: Page): Promise<void> {
  await tabTo(page, ".plot");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.locator("vt-power-chart [aria-live]").textContent()).toMatch(/\d+\s?k?W/);
}

async function search(page: Page): Promise<void> {
  await page.keyboard.press("/");
  await expect.poll(async () => (await focusOn(page, "[role=combobox]")).isThere).toBe(true);
  await page.keyboard.type("settings");
  await page.keyboard.press("Enter");
  await page.locator("vt-site-settings-page #name").waitFor();
}

/** Unsaved edits hold the page: Esc stays, the answer leaves. */
async function leaveEdits(page: Page): Promise<void> {
  await tabTo(page, "#name");
  await page.keyboard.type(" by the sea");
  await page.goBack();
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await question.waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/settings");
  expect(await page.locator("#name").inputValue()).toContain("by the sea");
  await page.goBack();
  await question.waitFor();
  await tabTo(page, ".btn.primary");
  await page.keyboard.press("Enter");
  await page.locator("vt-power-card").waitFor();
  expect(new URL(page.url()).pathname).toBe("/");
}

describeWithChromium("with the keyboard alone", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(program);
  });
  afterAll(() => browser.close());

  it("a person signs in, switches, reads the chart, searches and edits", { timeout: 120_000 }, async () => {
    await using hub = new HubProcess();
    await using plug = await startHome(hub);
    const { context, errors, page } = await openPage(browser, { theme: "light", width: 1280 });
    await signIn(page, hub);
    await toggle(page, () => plug.isOn("switch:0"));
    await readChart(page);
    await search(page);
    await leaveEdits(page);
    expect(errors).toEqual([]);
    await context.close();
  });
});
