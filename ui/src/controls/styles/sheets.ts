/**
 * The looks of the kit as one sheet that every shadow root shares: a copy of the style sheets that the page itself
 * links. The browser has loaded them before any module runs, and scripts stay free of style text.
 */
function copyOfDocument(): CSSStyleSheet {
  const copy = new CSSStyleSheet();
  const own = [...document.styleSheets].filter(({ href }) => href === null || href.startsWith(location.origin));
  copy.replaceSync(
    own
      .flatMap(({ cssRules }) => [...cssRules])
      .filter((rule) => !(rule instanceof CSSFontFaceRule))
      .map(({ cssText }) => cssText)
      .join("\n"),
  );
  return copy;
}

export const controlSheet: CSSStyleSheet = copyOfDocument();
