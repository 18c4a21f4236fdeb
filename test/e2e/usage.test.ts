import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.js";
import { launchBrowser, openPage, picture, type View } from "../support/browser.js";
import { HubProcess } from "../support/hub-process.js";
import { describeWithChromium } from "../support/shared-data.js";

const DESKTOP: View = { theme: "light", width: 1280 };
const PHONE: View = { theme: "dark", width: 390 };

/** The link with which the demo lets one person in. */
async function demoLink(hub: HubProcess): Promise<string> {
  const link = /http:\/\/localhost:\d+\/link\/\S+/;
  await expect.poll(() => link.test(hub.output), { timeout: 30_000 }).toBe(true);
  return link.exec(hub.output)?.[0] ?? "";
}

/** Something that comes true when the hub has answered. */
const soon = <T>(look: () => Promise<T> | T) => expect.poll(look, { timeout: 20_000 });

const query = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);

/** Total of the range in kWh, as the head of the page tells it. */
async function headline(page: Page): Promise<number> {
  const text = (await page.locator("vt-usage-summary .big").textContent()) ?? "";
  return Number(text.replace(/[^\d.]/g, ""));
}

const range = (page: Page, name: string): Promise<void> =>
  page.getByRole("group", { name: "Range" }).getByRole("button", { name, exact: true }).click();

/** Waits until what the address asks for is on the page. */
const settled = (page: Page): Promise<void> => page.locator('vt-usage-page .use[aria-busy="false"]').waitFor();

/** Days of the last month of which the hub knows the energy. */
const knownDays = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const ask = async (path: string): Promise<unknown> => (await fetch(`/api/v1${path}`)).json();
    const [site] = (await ask("/sites")) as { id: string }[];
    const to = Date.now() - 86_400_000;
    const query = `site=${site?.id}&from=${to - 40 * 86_400_000}&to=${to}&bucket=day`;
    const { balance } = (await ask(`/energy?${query}`)) as { balance: { usedWh: (number | null)[] } };
    return balance.usedWh.filter((value) => value !== null).length;
  });

/** The simulated home writes its past while the page is open already. */
async function historyHasCome(page: Page): Promise<void> {
  await expect.poll(() => knownDays(page), { timeout: 260_000, interval: 4_000 }).toBeGreaterThan(38);
  await page.reload();
  await page.locator("vt-usage-table tbody td.u").nth(25).waitFor();
}

/** Asks for the file, and gives its rows. */
async function download(page: Page): Promise<string[][]> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).first().click(),
  ]);
  const text = await readFile(await file.path(), "utf8");
  return text
    .replace(/^\ufeff/, "")
    .split("\r\n")
    .map((row) => row.split(","));
}

async function readLastMonth(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/usage?view=table`);
  await settled(page);
  await page.getByRole("button", { name: "Earlier" }).click();
  await historyHasCome(page);
  const total = await headline(page);
  expect(total).toBeGreaterThan(50);
  expect(await accessibilityProblems(page)).toEqual([]);
  await picture(page, DESKTOP, "usage-table");

  const [head = [], ...rows] = await download(page);
  expect(head.slice(0, 3)).toEqual(["from", "to", "Used (kWh)"]);
  expect(rows.length).toBeGreaterThan(27);
  for (const [from = "", to = ""] of rows) expect([from, to].join()).toMatch(/T00:00:00-06:00,.*T00:00:00-06:00$/);
  const sum = rows.reduce((all, row) => all + Number(row[2] ?? 0), 0);
  expect(Math.abs(sum - total)).toBeLessThan(Math.max(0.6, total * 0.002));
}

/** From the year down to a quarter hour, by keys and by the mouse, and back. */
async function goDown(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/usage?r=year`);
  const bars = page.locator("vt-bars .box");
  await bars.focus();
  await page.keyboard.press("End");
  await soon(() => page.locator("vt-bars [aria-live]").textContent()).toMatch(/so far: Used [\d.,]+\s.?Wh/);
  await page.keyboard.press("Enter");
  await soon(() => query(page, "r")).toBe("month");
  await settled(page);
  await page.locator("vt-heatmap .box").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await picture(page, DESKTOP, "usage-month");
  const today = await page.evaluate(() => document.title);
  expect(today).toContain("Usage");

  await bars.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await soon(() => query(page, "r")).toBe("day");
  await page.locator("vt-day-bars svg").first().waitFor();
  await pickQuarterHours(page);
  expect(await accessibilityProblems(page)).toEqual([]);
  await picture(page, DESKTOP, "usage-day");
  await page.goBack();
  await soon(() => query(page, "r")).toBe("month");
}

async function pickQuarterHours(page: Page): Promise<void> {
  const box = page.locator("vt-day-bars .box");
  await box.scrollIntoViewIfNeeded();
  const { x, y, width } = (await box.boundingBox()) ?? { x: 0, y: 0, width: 0 };
  await page.mouse.move(x + width * 0.3, y + 100);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.5, y + 100, { steps: 5 });
  await page.mouse.up();
  await soon(() => page.locator("vt-day-card p[aria-live]").textContent()).toMatch(/^\d+ quarter hours, /);
}

async function compare(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/usage`);
  await settled(page);
  const choice = page.getByLabel("Compare with");
  await choice.selectOption("none");
  await soon(() => query(page, "cmp")).toBe("none");
  await soon(() => page.locator("vt-bars .legend .dash").count()).toBe(0);
  await choice.selectOption("prev");
  await page.locator("vt-bars .legend .dash").waitFor();
  await page.locator("vt-usage-summary .two").waitFor();
  await choice.selectOption("year");
  await page.goto(`${origin}/usage?r=week`);
  await settled(page);
  expect(await choice.inputValue(), "the choice is remembered").toBe("year");
  await choice.selectOption("prev");
}

async function byDevice(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/usage`);
  await page.getByRole("group", { name: "Split by" }).getByRole("button", { name: "Device" }).click();
  await page.locator("vt-bars .legend").getByText("Air compressor").waitFor();
  expect(query(page, "by")).toBe("device");
  await picture(page, DESKTOP, "usage-device");
  await page.locator("vt-device-ranking").getByRole("link", { name: "Air compressor" }).click();
  await page.locator("vt-history-card").waitFor();
  expect(query(page, "r")).toMatch(/^\d{4}-\d\d-01\.\.\d{4}-\d\d-\d\d$/);
  await page.locator("vt-measures-table tbody tr").first().waitFor();
  await page.getByRole("button", { name: "12 m" }).click();
  await soon(() => query(page, "r")).toBe("12m");
  expect(await accessibilityProblems(page)).toEqual([]);
  await picture(page, DESKTOP, "device-year");
}

async function chooseDates(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/usage`);
  await settled(page);
  await range(page, "Custom");
  const dates = page.locator("vt-usage-dates");
  await dates.getByLabel("From").fill("2026-02-10");
  await dates.getByLabel("To").fill("2026-02-08");
  await dates.getByRole("button", { name: "Show" }).click();
  await dates.getByRole("alert").waitFor();
  await dates.getByLabel("To").fill("2026-02-14");
  await dates.getByRole("button", { name: "Show" }).click();
  await soon(() => query(page, "r")).toBe("2026-02-10..2026-02-14");
  await range(page, "Week");
  await soon(() => query(page, "r")).toBe("week");
  const week = query(page, "at");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("[");
  await soon(() => query(page, "at")).not.toBe(week);
  await page.keyboard.press("]");
  await soon(() => query(page, "at")).toBe(week);
}

describeWithChromium("the usage page", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(program);
  });
  afterAll(() => browser.close());

  it("tells how much was used, when, by what, and against what", { timeout: 480_000 }, async () => {
    await using hub = new HubProcess({ command: ["demo"] });
    await hub.start();
    const { context, errors, page } = await openPage(browser, DESKTOP);
    const link = await demoLink(hub);
    const { origin } = new URL(link);
    await page.goto(link);
    await page.locator("vt-side-nav").getByRole("link", { name: "Usage" }).click();
    await page.locator("vt-usage-bar").waitFor();

    await readLastMonth(page, origin);
    await goDown(page, origin);
    await compare(page, origin);
    await byDevice(page, origin);
    await chooseDates(page, origin);
    await onThePhone(page, origin);
    expect(errors).toEqual([]);
    await context.close();
  });
});

/** One column, the tab at the foot, and nothing that has to be pushed sideways, down to the narrowest phone. */
async function onThePhone(page: Page, origin: string): Promise<void> {
  await page.emulateMedia({ colorScheme: PHONE.theme });
  for (const width of [PHONE.width, 320]) {
    await page.setViewportSize({ width, height: 844 });
    for (const path of ["/usage", "/usage?r=day", "/usage?view=table&by=device"]) {
      await page.goto(origin + path);
      await settled(page);
      await page.waitForTimeout(500);
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect.soft(sideways, `${path} at ${width} px`).toBe(0);
      expect.soft(await accessibilityProblems(page), `${path} at ${width} px`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: PHONE.width, height: 844 });
  await page.goto(`${origin}/usage`);
  await settled(page);
  await page.locator("vt-tab-bar").getByRole("link", { name: "Usage" }).waitFor();
  await page.waitForTimeout(500);
  await picture(page, PHONE, "usage");
}
