import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.js";
import { launchBrowser, openPage, picture, VIEWS, type View } from "../support/browser.js";
import { HubProcess } from "../support/hub-process.js";
import { startPlug } from "../support/plug.js";
import { describeWithChromium } from "../support/shared-data.js";

const PASSWORD = "correct horse battery";
const DEVICE = "shelly:a8032412c3d4";

const next = (page: Page): Promise<void> => page.locator(".setup-bar .primary").click();

async function setUp(page: Page, hub: HubProcess, view: View): Promise<void> {
  await page.goto(hub.url);
  await page.locator("#code").fill(await hub.setupCode());
  await picture(page, view, "1-set-up");
  expect(await accessibilityProblems(page)).toEqual([]);
  await next(page);
  await page.locator("#username").fill("Ana");
  await page.locator("#new-password").fill("short");
  await next(page);
  await page.locator('#new-password[aria-invalid="true"]').waitFor();
  await page.locator("#new-password").fill(PASSWORD);
  await next(page);
  await page.locator("#site").fill("Home");
  await next(page);
  await page.locator("#voltage").waitFor();
  await next(page);
  await page.locator("vt-discovery").waitFor();
}

async function acceptDevice(page: Page, view: View): Promise<void> {
  const pending = page.locator("vt-pending-device");
  await pending.getByText("Coffee machine").first().waitFor();
  await picture(page, view, "2-devices-found");
  expect(await accessibilityProblems(page)).toEqual([]);
  await pending.getByRole("button", { name: "Accept" }).click();
  await page.getByText("Coffee machine").first().waitFor();
  await next(page);
}

/** The page Now shows the watts of the plug, and shows others a moment later. */
async function seeLiveWatts(page: Page, view: View): Promise<void> {
  const hero = page.locator("vt-power-card .big");
  await expect.poll(() => hero.textContent(), { timeout: 15_000 }).toMatch(/\d{3}/);
  const before = await hero.textContent();
  await expect.poll(() => hero.textContent(), { timeout: 15_000 }).not.toBe(before);
  await picture(page, view, "3-now");
  expect(await accessibilityProblems(page)).toEqual([]);
}

async function seeDevice(page: Page, view: View, hub: HubProcess): Promise<void> {
  await page.goto(`${hub.url}/devices`);
  await page.getByText("Coffee machine").first().waitFor();
  await picture(page, view, "4-devices");
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.goto(`${hub.url}/devices/${encodeURIComponent(DEVICE)}`);
  await page.locator("vt-chart canvas").first().waitFor();
  await expect.poll(() => page.locator("vt-live-card .big").textContent(), { timeout: 5_000 }).toMatch(/\d\s*W$/);
  await page.waitForTimeout(1_000);
  await picture(page, view, "5-device");
  expect(await accessibilityProblems(page)).toEqual([]);
}

/** The switch on the page turns the device, and follows what the device says. */
async function toggle(page: Page, isOn: () => boolean): Promise<void> {
  const control = page.getByRole("switch").first();
  await expect.poll(() => control.isChecked(), { timeout: 10_000 }).toBe(true);
  await control.click();
  await expect.poll(isOn, { timeout: 10_000 }).toBe(false);
  await expect.poll(() => control.isChecked(), { timeout: 10_000 }).toBe(false);
}

async function signInAgain(page: Page, hub: HubProcess, view: View): Promise<void> {
  await page.context().clearCookies();
  await page.goto(hub.url);
  await page.locator("#username").fill("Ana");
  await page.locator("#password").fill("wrong password");
  await page.locator("form .primary").click();
  await page.getByRole("alert").first().waitFor();
  await picture(page, view, "6-login");
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("form .primary").click();
  await page.locator("vt-power-card").waitFor();
}

async function seeSettings(page: Page, hub: HubProcess, view: View): Promise<void> {
  await page.goto(`${hub.url}/settings/plugins`);
  await page.getByText("Shelly").first().waitFor();
  await page.waitForTimeout(500);
  await picture(page, view, "7-plugins");
  expect(await accessibilityProblems(page)).toEqual([]);
}

describeWithChromium("from an empty hub to a switched plug", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(program);
  });
  afterAll(() => browser.close());

  it.each(VIEWS.map((view) => [view.theme, view.width, view] as const))(
    "in %s at %i px",
    { timeout: 120_000 },
    async (_theme, _width, view) => {
      await using hub = new HubProcess();
      await hub.start();
      const { context, errors, page } = await openPage(browser, view);
      await setUp(page, hub, view);
      const account = await hub.onboarding(page);
      await using plug = await startPlug({ ...account, url: hub.mqttUrl });
      await acceptDevice(page, view);
      await seeLiveWatts(page, view);
      await seeDevice(page, view, hub);
      await toggle(page, () => plug.isOn("switch:0"));
      await signInAgain(page, hub, view);
      await seeSettings(page, hub, view);
      expect(errors).toEqual([]);
      await context.close();
    },
  );
});
