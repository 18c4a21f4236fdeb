import type { Theme } from "../data/api.js";
import { Emitter } from "../data/emitter.js";

const KEY = "vatio.theme";

const NEXT: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };

/** The theme that follows when a person presses the button. */
export const nextTheme = (theme: Theme): Theme => NEXT[theme];

/** Light, dark or as the system says: kept in this browser, so that the first paint is right. */
export class ThemeStore {
  /** What is shown changed: by a person or by the system. */
  readonly changes = new Emitter<void>();
  readonly #root: HTMLElement;
  readonly #dark: MediaQueryList;

  constructor(root: HTMLElement = document.documentElement) {
    this.#root = root;
    this.#dark = matchMedia("(prefers-color-scheme: dark)");
    this.#dark.addEventListener("change", () => this.changes.emit());
  }

  get theme(): Theme {
    const { theme } = this.#root.dataset;
    return theme === "light" || theme === "dark" ? theme : "auto";
  }

  get isDark(): boolean {
    return this.theme === "auto" ? this.#dark.matches : this.theme === "dark";
  }

  set(theme: Theme): void {
    if (theme === this.theme) return;
    if (theme === "auto") delete this.#root.dataset.theme;
    else this.#root.dataset.theme = theme;
    remember(theme);
    this.changes.emit();
  }
}

function remember(theme: Theme): void {
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}
