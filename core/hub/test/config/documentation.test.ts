import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { optionTable } from "../../src/config/index.js";

const manual = readFileSync(join(import.meta.dirname, "../../../..", "docs/operations/configuration.md"), "utf8");

it("documents every option as the schema has it", () => {
  const rows = manual
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, path]) => /^`[a-z]+(\.[a-zA-Z]+)*`$/.test(path ?? ""))
    .map(([, path = "", variable = "", initial = "", ...meaning]) => ({
      path: bare(path),
      variable: bare(variable),
      default: bare(initial),
      meaning: meaning.slice(0, -1).join("|"),
    }));
  expect(rows).toEqual(optionTable());
});

const bare = (cell: string): string => cell.replace(/^`(.*)`$/, "$1");
