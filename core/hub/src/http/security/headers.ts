import { createHash } from "node:crypto";

const COMMON: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  // Not `no-referrer`: with it a browser hides the page's origin from changes on the same site as well.
  ["referrer-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"],
];

const YEAR_S = 31_536_000;

/** Headers of every answer. HSTS only where the client speaks https: on plain http it would lock people out. */
export function securityHeaders(secure: boolean): readonly (readonly [string, string])[] {
  return secure ? [...COMMON, ["strict-transport-security", `max-age=${YEAR_S}`]] : COMMON;
}

/** Policy of answers that are no pages: should a browser show one as a page all the same, it does nothing. */
export const DATA_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** Policy of the docs page. */
export const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Source expression of an inline element's text. */
export const cspHash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

interface UiCspOptions {
  /** Hash of the import map, the only inline script. */
  readonly scripts: readonly string[];
  /** Hash of the critical style sheet. */
  readonly styles: readonly string[];
}

/** Policy of the interface: everything from the hub itself, nothing inline but what is named by its hash. */
export const uiCsp = ({ scripts, styles }: UiCspOptions): string =>
  [
    "default-src 'self'",
    ["script-src 'self'", ...scripts].join(" "),
    ["style-src 'self'", ...styles].join(" "),
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");
