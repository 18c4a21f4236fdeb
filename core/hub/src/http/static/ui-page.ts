import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { cspHash, uiCsp } from "../security/headers.js";

/** The page of the interface, ready to be sent. */
export interface UiPage {
  readonly html: string;
  readonly csp: string;
}

/** The page of the interface from its folder: read again when it was built anew. */
export class UiPageSource {
  readonly #root: string;
  #page: UiPage | undefined;
  #builtAt: number | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** Undefined when the interface is not built. */
  async page(): Promise<UiPage | undefined> {
    const file = path.join(this.#root, "index.html");
    const builtAt = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (builtAt === undefined) return undefined;
    if (builtAt !== this.#builtAt) this.#page = uiPage(await readFile(file, "utf8"), await sdkAddress(this.#root));
    this.#builtAt = builtAt;
    return this.#page;
  }
}

/** Puts the import map for plugin panels into the page and computes the policy from what is sent. */
export function uiPage(source: string, sdk: string | undefined): UiPage {
  const html = sdk === undefined || IMPORT_MAP.test(source) ? source : withImportMap(source, sdk);
  return { html, csp: uiCsp({ scripts: hashesOf(html, IMPORT_MAP), styles: hashesOf(html, STYLE) }) };
}

const IMPORT_MAP = /<script\b[^>]*\btype=["']importmap["'][^>]*>([\s\S]*?)<\/script>/i;
const STYLE = /<style\b[^>]*>([\s\S]*?)<\/style>/i;

function hashesOf(html: string, element: RegExp): string[] {
  return [...html.matchAll(new RegExp(element, "gi"))].map(([, text = ""]) => cspHash(text));
}

/** Before any module: a browser takes no import map after the first one was asked for. */
function withImportMap(source: string, sdk: string): string {
  const map = JSON.stringify({ imports: { "@vatio/ui": sdk } });
  return source.replace(/<head\b[^>]*>/i, (head) => `${head}<script type="importmap">${map}</script>`);
}

interface ManifestEntry {
  readonly file?: unknown;
  readonly name?: unknown;
  readonly isEntry?: unknown;
}

/** Address of the module that plugin panels import as `@vatio/ui`, from Vite's manifest. */
async function sdkAddress(root: string): Promise<string | undefined> {
  const text = await readFile(path.join(root, ".vite/manifest.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : sdkOf(parsed(text));
}

function sdkOf(manifest: unknown): string | undefined {
  const entries =
    typeof manifest === "object" && manifest !== null
      ? Object.values(manifest as Readonly<Record<string, ManifestEntry>>)
      : [];
  const file = entries.find(({ name, isEntry }) => name === "sdk" && isEntry === true)?.file;
  return typeof file === "string" ? `/${file}` : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
