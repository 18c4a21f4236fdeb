import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { isMain } from "./lib/is-main.js";
import { type Problem, report } from "./lib/problems.js";
import { isObject, readJson, repository } from "./lib/workspace.mjs";

const firstLoadLimit = 60_000;
const routeLimit = 15_000;
const fontLimit = 25_000;
// An editor may be larger than a page that one only reads.
const largerRoutes: readonly (readonly [name: RegExp, limit: number])[] = [[/automation/, 25_000]];
// The page that opens first; what it needs is part of the first load.
const firstPage = /(?:^|[/-])now(?:[.-]|\/|$)/;

/** One line of the table. */
export interface Measured {
  readonly what: string;
  readonly bytes: number;
  readonly limit: number;
}

interface Chunk {
  readonly file: string;
  readonly isLazy: boolean;
  readonly imports: readonly string[];
}

/** Sizes of the built interface against its budget; undefined when it is not built. */
export function measureInterface(dist: string): Measured[] | undefined {
  const manifest = path.join(dist, ".vite/manifest.json");
  if (!existsSync(manifest)) return undefined;
  const chunks = readChunks(manifest);
  const size = gzipSizes(dist);
  const total = (keys: Iterable<string>): number =>
    [...keys].reduce((sum, key) => sum + size(chunks.get(key)?.file ?? ""), 0);

  const lazy = [...chunks.keys()].filter((key) => chunks.get(key)?.isLazy === true);
  const first = withImports(chunks, ["index.html", ...lazy.filter((key) => firstPage.test(key))]);
  const routes = lazy
    .filter((key) => !first.has(key))
    .map((key) => ({
      what: `lazy ${key}`,
      bytes: total([...withImports(chunks, [key])].filter((each) => !first.has(each))),
      limit: largerRoutes.find(([name]) => name.test(key))?.[1] ?? routeLimit,
    }));
  return [{ what: "first load", bytes: total(first), limit: firstLoadLimit }, ...routes, ...fonts(dist)];
}

/** The chunks named and everything that they import statically. */
function withImports(chunks: ReadonlyMap<string, Chunk>, keys: readonly string[]): Set<string> {
  const found = new Set(keys);
  // A set also visits what is added to it on the way.
  for (const key of found) for (const imported of chunks.get(key)?.imports ?? []) found.add(imported);
  return found;
}

function readChunks(manifest: string): Map<string, Chunk> {
  return new Map(
    Object.entries(readJson(manifest)).map(([key, value]) => {
      const chunk = isObject(value) ? value : {};
      const imports = Array.isArray(chunk.imports) ? chunk.imports.map(String) : [];
      const file = String(chunk.file);
      return [key, { file, imports, isLazy: chunk.isDynamicEntry === true }];
    }),
  );
}

/** Scripts only: styles and pictures have no budget of their own. */
function gzipSizes(dist: string): (file: string) => number {
  return (file) => (file.endsWith(".js") ? gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length : 0);
}

/** Fonts are compressed already, so their size is what goes over the wire. */
function fonts(dist: string): Measured[] {
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".woff2"))
    .map((file) => ({
      what: `font ${path.basename(file)}`,
      bytes: readFileSync(path.join(dist, file)).length,
      limit: fontLimit,
    }));
}

function main(): void {
  const measured = measureInterface(path.join(repository, "ui/dist"));
  if (measured === undefined) {
    console.log("Skipped: the interface is not built (npm run build).");
    return;
  }
  const width = Math.max(...measured.map(({ what }) => what.length));
  for (const { what, bytes, limit } of measured) {
    console.log(`${what.padEnd(width)}  ${kilobytes(bytes)} of ${kilobytes(limit)} kB`);
  }
  report("Budget", findOverruns(measured));
}

function findOverruns(measured: readonly Measured[]): Problem[] {
  return measured
    .filter(({ bytes, limit }) => bytes > limit)
    .map(({ what, bytes, limit }) => {
      const message = `${what} has ${kilobytes(bytes).trim()} kB, ${kilobytes(bytes - limit).trim()} kB too much: load it later.`;
      return { file: "ui/dist", message };
    });
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1).padStart(6);
}

if (isMain(import.meta.url)) main();
