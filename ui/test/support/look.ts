import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { type Browser, chromium, type Page } from "playwright-core";
import { FakeHub, type FakeHubOptions } from "./fake-hub.js";

// Takes screenshots of pages against the simulated hub, in both themes and widths, and runs axe on them.
//   node --conditions=source --import tsx ui/test/support/look.ts [view …] [--only=light-1280]

interface View extends FakeHubOptions {
  readonly path: string;
  /** Brings the page into the state that is looked at. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const wait = (page: Page, ms: number): Promise<void> => page.waitForTimeout(ms);

const VIEWS: Readonly<Record<string, View>> = {
  now: { path: "/" },
  "now-en": { path: "/", language: "en" },
  "now-loads": { path: "/", scene: "loads" },
  "now-one": { path: "/", scene: "one" },
  "now-dark": { path: "/", scene: "dark" },
  "now-many": { path: "/", scene: "many" },
  "devices-many": { path: "/devices", scene: "many" },
  "now-empty": { path: "/", scene: "empty" },
  "now-quarantine": { path: "/", scene: "quarantine" },
  devices: { path: "/devices" },
  "devices-empty": { path: "/devices", scene: "empty" },
  "add-none": { path: "/devices/add", scene: "one", language: "en" },
  add: { path: "/devices/add" },
  device: { path: "/devices/shelly%3Aa8032412c3d4", language: "en" },
  plug: { path: "/devices/shelly%3Ac45bbe6c2f01" },
  grid: { path: "/devices/shelly%3Aece334eadf08" },
  offline: { path: "/devices/esp32-meter%3A24A3BC77" },
  usage: { path: "/usage", scene: "usage", language: "en" },
  "usage-es": { path: "/usage", scene: "usage" },
  "usage-table": { path: "/usage?view=table", scene: "usage", language: "en" },
  "usage-device": { path: "/usage?by=device", scene: "usage", language: "en" },
  "usage-day": { path: "/usage?r=day", scene: "usage", language: "en" },
  "usage-pick": { path: "/usage?r=day&at=2026-11-16", scene: "usage", language: "en", prepare: pickSlots },
  "usage-week": { path: "/usage?r=week&cmp=year", scene: "usage" },
  "usage-year": { path: "/usage?r=year", scene: "usage", language: "en" },
  "usage-loads": { path: "/usage", scene: "loads" },
  "usage-empty": { path: "/usage", scene: "empty" },
  "usage-dates": { path: "/usage", scene: "usage", prepare: (page) => page.locator("#opener").click() },
  "usage-tip": {
    path: "/usage",
    scene: "usage",
    language: "en",
    prepare: (page) => page.locator("vt-bars .box").hover({ position: { x: 300, y: 150 } }),
  },
  login: { path: "/", status: "signed-out" },
  "login-wrong": { path: "/", status: "signed-out", prepare: (page) => logIn(page, "falsa") },
  setup: { path: "/", status: "setup" },
  "setup-account": { path: "/", status: "setup", prepare: (page) => setUp(page, 1) },
  "setup-place": { path: "/", status: "setup", prepare: (page) => setUp(page, 2) },
  "setup-supply": { path: "/", status: "setup", prepare: (page) => setUp(page, 3) },
  "setup-devices": { path: "/", status: "setup", prepare: (page) => setUp(page, 4) },
  messages: { path: "/devices/shelly%3Aa8032412c3d4?tab=messages" },
  "device-settings": { path: "/devices/shelly%3Aa8032412c3d4?tab=settings" },
  "device-year": { path: "/devices/shelly%3Aa8032412c3d4?r=12m", language: "en" },
  "device-current": {
    path: "/devices/shelly%3Aa8032412c3d4?r=7d",
    prepare: (page) => page.getByRole("button", { name: "Corriente" }).click(),
  },
  settings: { path: "/settings", scene: "settings" },
  "settings-plugins": { path: "/settings/plugins", scene: "settings" },
  "settings-plugin": { path: "/settings/plugins/solar", scene: "settings", language: "en" },
  "settings-access": { path: "/settings/access", scene: "settings" },
  "settings-account": { path: "/settings/account", scene: "settings" },
  "settings-system": { path: "/settings/system", scene: "settings" },
  "settings-log": { path: "/settings/log", scene: "settings" },
  lost: { path: "/nowhere" },
  panel: { path: "/x/forecast/main" },
  "panel-missing": { path: "/x/forecast/missing", prepare: (page) => wait(page, 1_500) },
  "panel-broken": { path: "/x/forecast/broken" },
  palette: { path: "/", prepare: (page) => page.keyboard.press("/") },
};

/** Drags over some quarter hours. */
async function pickSlots(page: Page): Promise<void> {
  const box = page.locator("vt-day-bars .box");
  await box.scrollIntoViewIfNeeded();
  const { x, y, width } = (await box.boundingBox()) ?? { x: 0, y: 0, width: 0 };
  await page.mouse.move(x + width * 0.5, y + 120);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.62, y + 120, { steps: 4 });
  await page.mouse.up();
}

async function logIn(page: Page, password: string): Promise<void> {
  await page.locator("#username").fill("propietaria");
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
}

async function setUp(page: Page, steps: number): Promise<void> {
  await page.locator("#code").fill("ABCD-1234");
  if (steps === 0) return;
  await page.locator(".setup-bar .primary").click();
  await page.locator("#username").fill("propietaria");
  await page.locator("#new-password").fill("una clave larga");
  for (let step = 1; step < steps; step++) {
    await page.locator(".setup-bar .primary").click();
    await wait(page, 300);
  }
  await wait(page, 1_500);
}

const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
];
const folder = process.env.LOOK_FOLDER ?? path.join(tmpdir(), "vatio-look");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const widths = (process.argv.find((each) => each.startsWith("--widths="))?.slice(9) ?? "1280,390")
  .split(",")
  .map(Number);

async function look(browser: Browser, name: string, view: View, only: string | undefined): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    for (const width of widths) {
      if (only !== undefined && only !== `${theme}-${width}`) continue;
      const hub = new FakeHub({ ...view, theme });
      const url = await hub.start();
      const context = await browser.newContext({
        viewport: { width, height: width === 390 ? 844 : 900 },
        deviceScaleFactor: width === 390 ? 2 : 1,
        colorScheme: theme,
        locale: view.language === "en" ? "en-US" : "es-MX",
        timezoneId: "America/Mexico_City",
        bypassCSP: false,
      });
      const page = await context.newPage();
      const told: string[] = [];
      page.on("console", (message) => {
        // A browser tells of every refused request; who is signed out, and a wrong password, are such.
        const expected = message.text().includes("401 (Unauthorized)");
        if (!expected && (message.type() === "error" || message.type() === "warning")) told.push(message.text());
      });
      page.on("pageerror", (error) => told.push(String(error)));
      await page.goto(url + view.path);
      await wait(page, 1_800);
      await view.prepare?.(page);
      await wait(page, 500);
      await page.screenshot({ path: path.join(folder, `${name}-${theme}-${width}.png`), fullPage: name !== "palette" });
      report(`${name} ${theme} ${width}`, [...told, ...(await violations(page))]);
      await context.close();
      await hub.stop();
    }
  }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await import("node:fs").then(({ readFileSync }) => readFileSync(axe, "utf8")));
  return page.evaluate(async () => {
    const { axe: tool } = window as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const { violations: found } = await tool.run();
    return found.map(
      ({ id, help, nodes }) =>
        `axe ${id}: ${help}\n     ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary.split("\n").slice(1).join(" ")}`).join("\n     ")}`,
    );
  });
}

function report(what: string, problems: readonly string[]): void {
  console.log(`${problems.length === 0 ? "ok  " : "BAD "} ${what}`);
  for (const problem of problems) console.log(`     ${problem}`);
}

const args = process.argv.slice(2);
const only = args.find((each) => each.startsWith("--only="))?.slice(7);
const wanted = args.filter((each) => !each.startsWith("--"));
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: chromiumFlags });
for (const [name, view] of Object.entries(VIEWS)) {
  if (wanted.length === 0 || wanted.includes(name)) await look(browser, name, view, only);
}
await browser.close();
