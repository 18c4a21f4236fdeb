import { describe, expect, it } from "vitest";
import { findSizes } from "../check-sizes.js";
import { formatProblem } from "../lib/problems.js";
import { tempWorkspace } from "./temp-workspace.js";

const lines = (count: number): string => "a();\n".repeat(count);
const functionOf = (count: number): string => `function f() {\n${lines(count - 2)}}\n`;

function sizesOf(file: string, text: string): { failures: string[]; warnings: string[] } {
  using workspace = tempWorkspace({ [file]: text });
  const { failures, warnings } = findSizes(workspace.root);
  return { failures: failures.map(formatProblem), warnings: warnings.map(formatProblem) };
}

describe("check-sizes", () => {
  it.each([
    ["a file of 400 lines", "core/a.ts", lines(400), 0, 0],
    ["a file of 401 lines", "core/a.ts", lines(401), 0, 1],
    ["a file of 600 lines", "core/a.ts", lines(600), 0, 1],
    ["a file of 601 lines", "core/a.ts", lines(601), 1, 0],
    ["a test of 601 lines", "core/a.test.ts", lines(601), 1, 0],
    ["a catalogue of 601 lines", "core/messages/es.ts", lines(601), 0, 0],
    ["a generated file of 601 lines", "core/generated/a.ts", lines(601), 0, 0],
    ["a function of 60 lines", "core/a.ts", functionOf(60), 0, 0],
    ["a function of 61 lines", "core/a.ts", functionOf(61), 0, 1],
    ["a function of 101 lines", "core/a.ts", functionOf(101), 1, 0],
    ["a suite of 101 lines", "core/a.test.ts", functionOf(101), 0, 0],
  ])("judges %s", (_what, file, text, failures, warnings) => {
    const found = sizesOf(file, text);
    expect(found.failures).toHaveLength(failures);
    expect(found.warnings).toHaveLength(warnings);
  });

  it("says where", () => {
    expect(sizesOf("core/a.ts", `\n${functionOf(101)}`).failures).toEqual([
      "core/a.ts:2 a function of 101 lines: name its steps and make them functions.",
    ]);
  });
});
