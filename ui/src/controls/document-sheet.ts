import type { CSSResult } from "lit";

/** Gives a sheet to the document, once: for pages in light DOM, whose forms password managers must see. */
export function adoptInDocument({ styleSheet }: CSSResult): void {
  if (styleSheet && !document.adoptedStyleSheets.includes(styleSheet)) document.adoptedStyleSheets.push(styleSheet);
}
