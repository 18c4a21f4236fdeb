/** A fenced block of a document. */
export interface Fence {
  /** Everything behind the back ticks: `ts`, `ts file=src/index.ts`. */
  readonly info: string;
  readonly code: string;
  /** Line of the first line of code, from 1. */
  readonly line: number;
}

const FENCE = /^(`{3,}|~{3,})(.*)$/;

interface OpenFence {
  readonly mark: string;
  readonly info: string;
  readonly line: number;
  readonly code: string[];
}

/** Every fenced block, in order. */
export function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: OpenFence | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    const [, mark = "", info = ""] = FENCE.exec(text.trim()) ?? [];
    if (open && mark.startsWith(open.mark) && info.trim() === "") {
      fences.push({ info: open.info, line: open.line, code: `${open.code.join("\n")}\n` });
      open = undefined;
    } else if (open) open.code.push(text);
    else if (mark !== "") open = { mark, info: info.trim(), line: index + 2, code: [] };
  }
  return fences;
}

/** The document with its fenced blocks and comments blanked out, line numbers kept. */
export function proseOf(markdown: string): string {
  let mark = "";
  const lines = markdown.split("\n").map((text) => {
    const [, found = ""] = FENCE.exec(text.trim()) ?? [];
    if (mark === "" && found === "") return text;
    if (mark === "") mark = found;
    else if (found.startsWith(mark)) mark = "";
    return "";
  });
  return lines.join("\n").replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ""));
}

/** A link or an image of a document. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** Inline links and images, and link definitions. Code is left out. */
export function linksOf(markdown: string): readonly Link[] {
  return proseOf(markdown)
    .split("\n")
    .flatMap((text, index) => {
      const bare = text.replace(/`[^`]*`/g, "``");
      const inline = [...bare.matchAll(/\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)/g)];
      const definitions = [...bare.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/g)];
      return [...inline, ...definitions].map(([, target = ""]) => ({ target, line: index + 1 }));
    });
}

/** The anchors of a document's headings, made as GitHub makes them, and explicit ids. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const prose = proseOf(markdown);
  const headings = [...prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, title = ""]) => slugOf(title));
  const anchors = headings.map((slug) => {
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const explicit = [...prose.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id);
  return new Set([...anchors, ...explicit]);
}

function slugOf(title: string): string {
  const words = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/<[^>]+>/g, "");
  return words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

/** The cells of every row of every table; the line of dashes is left out. A `\|` in a cell is a bar. */
export function rowsOf(markdown: string): readonly (readonly string[])[] {
  return proseOf(markdown)
    .split("\n")
    .filter((line) => /^\s*\|.*\|\s*$/.test(line) && !/^[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}
