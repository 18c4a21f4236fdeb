import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catchStrayErrors } from "../../src/plugins/attribution.js";
import { until } from "../mqtt/support/settle.js";

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

/** Starts a hub whose inline plugin does something that ends it. */
function runUncontainable(way: string): { child: ChildProcess; output: () => string; ended: Promise<unknown[]> } {
  const flags = ["--conditions=source", "--import", "tsx", "--max-old-space-size=200"];
  const child = spawn(process.execPath, [...flags, program, "uncontainable", way], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return { child, output: () => output, ended: once(child, "close") };
}

describe("what no attribution can contain in an inline plugin", { timeout: 60_000 }, () => {
  it.concurrent("exit ends the hub", async () => {
    const { output, ended } = runUncontainable("exit");
    expect(await ended).toEqual([7, null]);
    expect(output()).toMatch(/^"running"\n\.+!$/);
  });

  it.concurrent("eating memory ends the hub", async () => {
    const { output, ended } = runUncontainable("memory");
    const [code, signal] = await ended;
    expect(code === 0 && signal === null).toBe(false);
    expect(output()).toMatch(/^"running"\n\.+!$/);
  });

  it.concurrent("an endless loop stops the hub, which then does nothing else", async () => {
    const { child, output, ended } = runUncontainable("loop");
    await until(() => output().endsWith("!"), "it loops", 30_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(output()).toMatch(/!$/);
    child.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
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
