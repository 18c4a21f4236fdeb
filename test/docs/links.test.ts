import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, linksOf } from "./support/markdown.js";
import { filesBelow, readText, repository } from "./support/repository.js";

const documents = filesBelow(".", ".md");

const isElsewhere = (target: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith("//");

/** Why a link of a document leads nowhere; undefined when it leads somewhere. */
function problemOf(document: string, target: string): string | undefined {
  const [place = "", anchor] = target.split("#");
  const file = place === "" ? document : path.posix.join(path.posix.dirname(document), decodeURIComponent(place));
  const absolute = path.join(repository, file);
  if (file.startsWith("..") || !existsSync(absolute)) return `${file} does not exist`;
  if (anchor === undefined) return undefined;
  if (!statSync(absolute).isFile() || !file.endsWith(".md")) return `${file} has no anchors`;
  return anchorsOf(readText(file)).has(anchor) ? undefined : `${file} has no heading #${anchor}`;
}

describe("the documents", () => {
  it("are found", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "docs/errors.md", "docs/plugins/isolation.md"]));
  });

  it.each(documents.map((document) => [document]))("%s links to what exists", (document) => {
    const broken = linksOf(readText(document))
      .filter(({ target }) => !isElsewhere(target))
      .flatMap(({ target, line }) => {
        const problem = problemOf(document, target);
        return problem === undefined ? [] : [`line ${line}: ${problem}`];
      });
    expect(broken).toEqual([]);
  });
});

describe("the check of links", () => {
  it("notices a missing file, a missing heading and a path that leaves the repository", () => {
    expect(problemOf("docs/errors.md", "nowhere.md")).toBeDefined();
    expect(problemOf("docs/errors.md", "events.md#nothing-like-this")).toBeDefined();
    expect(problemOf("README.md", "../README.md")).toBeDefined();
    expect(problemOf("docs/errors.md", "events.md#commands")).toBeUndefined();
  });

  it("reads links, not code", () => {
    expect(linksOf("[a](x.md) `[b](y.md)`\n\n```\n[c](z.md)\n```\n\n[d]: w.md")).toEqual([
      { target: "x.md", line: 1 },
      { target: "w.md", line: 7 },
    ]);
  });
});
