import type { ThemeStore } from "../theme/theme-store.js";
import { NAV_ITEMS, SETTINGS_ITEM } from "./nav-items.js";
import { openOverlay } from "./overlay.js";
import type { Router } from "./router.js";

const KEY = "vatio.shortcuts";
const TOGETHER_MS = 1_200;
/** What is typed while a dialog still opens is meant for it. */
const OPENING_MS = 800;
/** One range back, one forward, compare. */
const RANGE_KEYS: ReadonlySet<string> = new Set(["[", "]", "c"]);

/** Whether single keys do something; a person can turn that off (WCAG 2.1.4). */
export const shortcutsEnabled = (): boolean => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
};

/** Keeps the choice in this browser. */
export function setShortcutsEnabled(enabled: boolean): void {
  try {
    if (enabled) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
  } catch {
    // Storage is blocked: single keys stay on.
  }
}

/** Keys of the whole page: `/` searches, `g n` goes to Now, `t` changes the theme, `?` helps. Silent while somebody types. */
export class Shortcuts {
  readonly #router: Router;
  readonly #theme: ThemeStore;
  readonly #page: EventTarget;
  #goUntil = 0;
  #quietUntil = 0;

  constructor({
    router,
    theme,
    page,
  }: { readonly router: Router; readonly theme: ThemeStore; readonly page: EventTarget }) {
    this.#router = router;
    this.#theme = theme;
    this.#page = page;
  }

  start(): void {
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event: KeyboardEvent): void {
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(event) ||
      event.timeStamp < this.#quietUntil ||
      !shortcutsEnabled()
    )
      return;
    const went = event.timeStamp < this.#goUntil;
    this.#goUntil = event.key === "g" ? event.timeStamp + TOGETHER_MS : 0;
    const item = went ? [...NAV_ITEMS, SETTINGS_ITEM].find(({ letter }) => letter === event.key) : undefined;
    if (item) this.#router.go(item.href);
    else if (!this.#act(event.key)) return;
    if (event.key === "/" || event.key === "?") this.#quietUntil = event.timeStamp + OPENING_MS;
    event.preventDefault();
  }

  #act(key: string): boolean {
    if (key === "t") this.#theme.set(this.#theme.isDark ? "light" : "dark");
    else if (key === "/") openOverlay(this.#page, "palette");
    else if (key === "?") openOverlay(this.#page, "keys");
    // Pages with a range listen to these.
    else if (RANGE_KEYS.has(key)) document.dispatchEvent(new CustomEvent("vt-key", { detail: key }));
    else return false;
    return true;
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") ||
    target.closest("dialog") !== null
  );
}
