import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Where journeys leave their pictures, to be looked at. */
export const SCREENSHOTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../screenshots");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How a journey looks at the interface. */
export interface View {
  readonly theme: "light" | "dark";
  readonly width: 1280 | 390;
}

/** Desktop and phone, light and dark. */
export const VIEWS: readonly View[] = [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 1280 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
];

export const launchBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: FLAGS });

/** A page that remembers what went wrong in it. */
export interface WatchedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Uncaught errors and breaches of the content security policy. */
  readonly errors: readonly string[];
}

/** Opens a page in a new session, in English. */
export async function openPage(browser: Browser, { theme, width }: View): Promise<WatchedPage> {
  const viewport = { width, height: width === 390 ? 844 : 900 };
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    locale: "en-US",
    timezoneId: "Europe/Madrid",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) errors.push(message.text());
  });
  return { context, page, errors };
}

/** Keeps a picture of the page. */
export async function picture(page: Page, { theme, width }: View, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${theme}-${width}.png`), fullPage: true });
}
