import { spawn } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catchStrayErrors } from "../../src/plugins/attribution.js";

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), "programs/stray-errors.ts");

/** Runs a part of the program. */
function runProgram(part: string): Promise<{ code: number | null; output: unknown; errors: string }> {
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", program, part]);
  const out: string[] = [];
  const errors: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const text = out.join("");
      resolve({ code, output: text === "" ? undefined : JSON.parse(text), errors: errors.join("") });
    });
  });
}

describe("an error that escapes from an inline plugin", { timeout: 60_000 }, () => {
  it.concurrent("crashes that plugin and no other, whatever way it takes", async () => {
    const { output, errors } = await runProgram("throwAll");
    expect(errors).toBe("");
    const refused = expect.stringContaining("ECONNREFUSED");
    const crashed = ["failed", "stray"];
    expect(output).toEqual({
      report: {
        bystander: ["running"],
        "way-timer": crashed,
        "way-immediate": crashed,
        "way-tick": crashed,
        "way-file": crashed,
        "way-rejection": crashed,
        "way-async": crashed,
        "way-after-await": crashed,
        "way-emitter": crashed,
        "way-socket": ["failed", refused],
        // It threw while it was being stopped: noted, but it was on its way out already.
        "way-listener": ["running"],
      },
      unattributed: [],
    });
  });

  it.concurrent("three times sets it aside, while the others work on", async () => {
    const { output } = await runProgram("quarantine");
    expect(output).toEqual({
      states: ["failed", "failed", "quarantined"],
      counted: 3,
      end: "quarantined",
      good: "running",
    });
  });

  it.concurrent("of the hub itself is nobody's: the app is told, and exits", async () => {
    const { code, output } = await runProgram("throwAsHub");
    expect({ code, output }).toEqual({ code: 3, output: ["TypeError: stray", "running"] });
  });

  it.concurrent("of the hub is not blamed on the plugin whose call led to it", async () => {
    const { code, output } = await runProgram("throwBelowPlugin");
    expect({ code, output }).toEqual({ code: 3, output: ["TypeError: stray", "running"] });
  });
});

describe("catchStrayErrors", () => {
  it("has one pair of listeners in the process, however many hubs there are", () => {
    const count = (): number =>
      process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");
    const before = count();
    const one = catchStrayErrors(() => undefined);
    const two = catchStrayErrors(() => undefined);
    expect(count()).toBe(before + 2);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(count()).toBe(before + 2);
    two[Symbol.dispose]();
    expect(count()).toBe(before);
  });
});
