import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { measureInterface } from "../check-budget.js";
import { tempWorkspace } from "./temp-workspace.js";

// gzip takes back what base64 adds to random bytes, and little more, so the sizes are known.
const script = (kilobytes: number): string => randomBytes(kilobytes * 1000).toString("base64");

const built = {
  ".vite/manifest.json": {
    "index.html": { file: "a/index.js", isEntry: true, imports: ["_lit.js"], dynamicImports: ["src/pages/now.ts"] },
    "_lit.js": { file: "a/lit.js" },
    "_chart.js": { file: "a/chart.js" },
    "src/pages/now.ts": { file: "a/now.js", isDynamicEntry: true, imports: ["_lit.js", "_chart.js"] },
    "src/pages/usage.ts": { file: "a/usage.js", isDynamicEntry: true, imports: ["_lit.js", "_chart.js", "_form.js"] },
    "src/pages/automation.ts": { file: "a/automation.js", isDynamicEntry: true },
    "_form.js": { file: "a/form.js" },
    "src/sdk.ts": { file: "a/sdk.js", isEntry: true },
  },
  "a/index.js": script(4),
  "a/lit.js": script(8),
  "a/chart.js": script(20),
  "a/now.js": script(4),
  "a/usage.js": script(4),
  "a/form.js": script(4),
  "a/automation.js": script(4),
  "a/sdk.js": script(100),
  "a/figtree.woff2": "x".repeat(20_000),
};

describe("check-budget", () => {
  it("counts every chunk once, where it is first needed", () => {
    using dist = tempWorkspace(built);
    const measured = measureInterface(dist.root) ?? [];
    expect(measured.map(({ what, limit }) => [what, limit])).toEqual([
      ["first load", 60_000],
      ["lazy src/pages/usage.ts", 15_000],
      ["lazy src/pages/automation.ts", 25_000],
      ["font figtree.woff2", 25_000],
    ]);
    expect(measured.map(({ bytes }) => Math.floor(bytes / 1000))).toEqual([4 + 8 + 4 + 20, 4 + 4, 4, 20]);
  });

  it("answers nothing when the interface is not built", () => {
    using dist = tempWorkspace({});
    expect(measureInterface(dist.root)).toBeUndefined();
  });
});
