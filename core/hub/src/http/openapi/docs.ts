import { DOCS_CSP } from "../security/headers.js";
import { DOCS_SCRIPT, DOCS_STYLE } from "./docs-assets.js";
import { docsPage } from "./docs-page.js";
import type { OpenApiDocument } from "./document.js";

const ASSETS: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  "docs.css": { type: "text/css; charset=utf-8", text: DOCS_STYLE },
  "docs.js": { type: "text/javascript; charset=utf-8", text: DOCS_SCRIPT },
};

/** The docs page and its two files; undefined for any other file. */
export function docsResponse(document: () => OpenApiDocument, file: string | undefined): Response | undefined {
  if (file === undefined) return respond(docsPage(document()), "text/html; charset=utf-8");
  const asset = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
  return asset && respond(asset.text, asset.type);
}

const respond = (text: string, type: string): Response =>
  new Response(text, {
    headers: { "content-type": type, "cache-control": "no-cache", "content-security-policy": DOCS_CSP },
  });
