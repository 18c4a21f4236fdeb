import { describe, expect, it } from "vitest";
import { findClockViolations } from "../check-clock.js";
import { formatProblem } from "../lib/problems.js";
import { tempWorkspace } from "./temp-workspace.js";

function violationsIn(file: string, text: string): string[] {
  using workspace = tempWorkspace({
    "package.json": { workspaces: ["core/*", "plugins/*", "ui"] },
    "core/hub/package.json": { name: "@vatio/hub" },
    "plugins/one/package.json": { name: "@vatio/plugin-one" },
    "ui/package.json": { name: "@vatio/ui" },
    [file]: text,
  });
  return findClockViolations(workspace.root).map(formatProblem);
}

const banned: readonly (readonly [text: string, what: string])[] = [
  ["Date.now();", "Date.now"],
  ["const now = Date.now;", "Date.now"],
  ["globalThis.Date.now();", "Date.now"],
  ["new Date();", "new Date()"],
  ["new Date;", "new Date()"],
  ["Date();", "Date()"],
  ["performance.now();", "performance.now"],
  ["process.hrtime.bigint();", "process.hrtime"],
  ["setTimeout(run, 10);", "setTimeout"],
  ["const later = setTimeout;", "setTimeout"],
  ["start({ setTimeout });", "setTimeout"],
  ["globalThis.setInterval(run, 10);", "globalThis.setInterval"],
  ["setImmediate(run);", "setImmediate"],
  ["Math.random();", "Math.random"],
  ["crypto.randomUUID();", "crypto.randomUUID"],
  ["globalThis.crypto.randomUUID();", "crypto.randomUUID"],
  [`import { randomUUID } from "node:crypto";`, "randomUUID of node:crypto"],
  [`import { setTimeout as sleep } from "node:timers/promises";`, "node:timers/promises"],
  [`import { performance } from "perf_hooks";`, "performance of node:perf_hooks"],
];

const harmless: readonly string[] = [
  "new Date(instant);",
  "Date.parse(text); Date.UTC(2026, 0);",
  "clock.setTimeout(run, 10); this.clock.now();",
  "interface Clock { setTimeout(run: () => void): void }",
  "class A { setTimeout() {} }",
  "const clock = { setTimeout: schedule };",
  "type Timer = ReturnType<typeof setTimeout>;",
  "// Date.now() is banned\nexport const text = 'Date.now()';",
  "crypto.getRandomValues(bytes);",
  `import { createHash } from "node:crypto";`,
];

describe("check-clock", () => {
  it.each(banned)("bans %s", (text, what) => {
    expect(violationsIn("core/hub/src/bus/a.ts", `\n${text}\n`)).toEqual([
      expect.stringContaining(`core/hub/src/bus/a.ts:2 ${what} is banned`),
    ]);
  });

  it.each(harmless)("allows %s", (text) => {
    expect(violationsIn("core/hub/src/a.ts", text)).toEqual([]);
  });

  it.each(["plugins/one/src/a.ts", "plugins/one/simulator/a.ts", "core/hub/src/worker.mjs"])("looks at %s", (file) => {
    expect(violationsIn(file, "Date.now();")).toHaveLength(1);
  });

  it.each(["core/hub/src/clock.ts", "core/hub/src/a.test.ts", "core/hub/test/helper.ts", "ui/src/a.ts", "bench/a.ts"])(
    "leaves %s alone",
    (file) => {
      expect(violationsIn(file, "Date.now();")).toEqual([]);
    },
  );
});
