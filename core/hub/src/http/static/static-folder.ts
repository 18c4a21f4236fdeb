import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { getMimeType } from "hono/utils/mime";

/** How a file is to be kept by browsers. */
export type CachePolicy = "immutable" | "revalidate";

const CACHE_CONTROL: Readonly<Record<CachePolicy, string>> = {
  immutable: "public, max-age=31536000, immutable",
  revalidate: "no-cache",
};

const ENCODINGS = [
  { name: "br", extension: ".br" },
  { name: "gzip", extension: ".gz" },
] as const;

/** Files below one folder, and none outside of it, whatever the address says. */
export class StaticFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The absolute path of a file by its path below the folder; undefined when there is no such file. */
  async find(relative: string): Promise<string | undefined> {
    const parts = decoded(relative)?.split("/").filter(Boolean);
    // Hidden files hold what is not for browsers, such as Vite's manifest; `..` begins with a dot as well.
    if (!parts || parts.length === 0 || parts.some((part) => part.startsWith(".") || /[\\\0]/.test(part)))
      return undefined;
    try {
      // A link inside the folder may lead out of it.
      const [root, file] = await Promise.all([realpath(this.#root), realpath(path.join(this.#root, ...parts))]);
      return file.startsWith(root + path.sep) && (await stat(file)).isFile() ? file : undefined;
    } catch {
      return undefined;
    }
  }

  /** The answer with a file, compressed when a compressed copy lies beside it; undefined when there is no such file. */
  async respond(relative: string, request: Headers, cache: CachePolicy): Promise<Response | undefined> {
    const file = await this.find(relative);
    if (file === undefined) return undefined;
    const { size, mtimeMs } = await stat(file);
    const etag = `W/"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;
    const headers = new Headers({ "cache-control": CACHE_CONTROL[cache], etag, vary: "accept-encoding" });
    if (request.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
    headers.set("content-type", getMimeType(file) ?? "application/octet-stream");
    return new Response(await this.#bytes(file, request, headers), { headers });
  }

  async #bytes(file: string, request: Headers, headers: Headers): Promise<Uint8Array<ArrayBuffer>> {
    for (const { name, extension } of ENCODINGS) {
      if (!accepts(request.get("accept-encoding"), name)) continue;
      const bytes = await readFile(file + extension).catch(() => undefined);
      if (!bytes) continue;
      headers.set("content-encoding", name);
      return bytes;
    }
    return readFile(file);
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether an encoding is in the header and not refused with `q=0` (RFC 9110 section 12.5.3). */
function accepts(header: string | null, encoding: string): boolean {
  const offers = (header ?? "").split(",").map((offer) => offer.trim().toLowerCase());
  return offers.some((offer) => offer.split(";")[0]?.trim() === encoding && !/;\s*q=0(?:\.0*)?$/.test(offer));
}
