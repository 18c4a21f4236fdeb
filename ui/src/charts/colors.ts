import type { ColorToken } from "./chart-model.js";

/** What a token is at present, for a canvas: `rgb(11, 107, 92)`. */
export function colorOf(probe: HTMLElement, token: ColorToken): string {
  // A custom property as such stays `light-dark(…)`; as a colour of an element it is resolved.
  probe.style.setProperty("color", `var(${token})`);
  return getComputedStyle(probe).color;
}

/** The same colour with an opacity. */
export function withAlpha(color: string, alpha: number): string {
  const parts = /^rgba?\(([^,/]+),([^,/]+),([^,/)]+)/.exec(color);
  return parts ? `rgba(${parts[1]},${parts[2]},${parts[3]},${alpha})` : color;
}

/** Calls back when light becomes dark or the other way round, by a person, by the system, or for paper. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const media = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query));
  for (const each of media) each.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    for (const each of media) each.removeEventListener("change", changed);
  };
}
