import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { leanSource } from "../../bundling/lean-plot.js";

const require = createRequire(import.meta.url);
const source = readFileSync(require.resolve("uplot").replace(/[^/]+$/, "uPlot.esm.js"), "utf8");

describe("leanSource", () => {
  it("finds everything that it leaves out in the version that is installed", () => {
    expect(leanSource(source).missing).toEqual([]);
  });

  it("says what it does not find", () => {
    expect(leanSource("nothing of uPlot").missing.length).toBeGreaterThan(20);
  });

  it("keeps the paths that charts draw with, and no spline", () => {
    const { code } = leanSource(source);
    expect(code).toContain("(paths.linear  = linear);");
    expect(code).toContain("(paths.stepped = stepped);");
    expect(code).not.toContain("(paths.spline");
  });
});
