import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { type Instant, type PluginId, row } from "@vatio/plugin-api";
import { createTestHub, type TestHub } from "@vatio/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readArguments } from "../src/arguments.js";
import { exportData } from "../src/commands/export.js";

/** Midnight in Mexico City. */
const FROM = Date.UTC(2026, 2, 10, 6);

let server: TestHub;
let target: string;
let token: string;
beforeAll(async () => {
  server = await createTestHub();
  const { accounts, devices, telemetry } = server.parts;
  const { id } = await devices.announce("shelly" as PluginId, {
    hardwareId: "a8032412c3d4",
    model: "Plus 1PM",
    suggestedName: "Boiler",
    channels: [{ key: "switch:0", kind: "switch", metrics: ["power_w", "voltage_v"], switchable: true }],
  });
  const { channels } = await devices.accept(id, { name: "Boiler" });
  const channel = channels[0]?.id ?? ("" as never);
  target = channel;
  await telemetry.write([row(channel, FROM as Instant, { power_w: 1.5 })]);
  await telemetry.write([row(channel, (FROM + 86_400_000) as Instant, { power_w: 2.5 })]);
  token = (await accounts.createToken("export", "read")).secret;
});
afterAll(() => server[Symbol.asyncDispose]());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vatio-export-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(...argv: readonly string[]): Promise<{ readonly out: string; readonly told: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  await exportData(argv, { env: { VATIO_TOKEN: token }, stdout, stderr });
  return { out: String(stdout.read() ?? ""), told: String(stderr.read() ?? "") };
}

const days = ["--from", "2026-03-10", "--to", "2026-03-11"];

describe("vatio export", () => {
  it("is a command of its own, with options of its own", () => {
    expect(readArguments(["export", "readings", "--targets", "x"])).toEqual({
      command: "export",
      argv: ["readings", "--targets", "x"],
    });
  });

  it("writes a file; days are those of the site", async () => {
    const file = path.join(folder, "x.csv");
    const { told } = await run("readings", "--url", server.url, "--targets", target, ...days, "--out", file);
    expect(told).toBe(`${file}\n`);
    expect(readFileSync(file, "utf8").split("\r\n")).toEqual([
      "time_utc,time_local,point,channel,power_w (W),voltage_v (V)",
      `2026-03-10T06:00:00.000Z,2026-03-10T00:00:00.000-06:00,Boiler,${target},1.5,`,
      "",
    ]);
    expect(readdirSync(folder)).toEqual(["x.csv"]);
  });

  it("writes to the standard output when asked", async () => {
    const { out } = await run(
      ...["readings", "--url", `${server.url}/`, "--targets", target, "--metrics", "power_w", "--decimal", "comma"],
      ...["--from", "2026-03-10T00:00:00-06:00", "--to", "2026-03-12T06:00:00Z", "--out", "-"],
    );
    expect(out).toContain(";2,5\r\n");
  });

  it("overwrites nothing", async () => {
    const file = path.join(folder, "x.csv");
    const call = () => run("readings", "--url", server.url, "--targets", target, ...days, "--out", file);
    await call();
    await expect(call()).rejects.toMatchObject({
      code: "E_EXPORT_FAILED",
      message: expect.stringContaining("already"),
    });
  });

  it("hands on what the hub says", async () => {
    await expect(run("readings", "--url", server.url, "--targets", "nobody", ...days)).rejects.toMatchObject({
      code: "E_TARGET_UNKNOWN",
    });
  });

  it.each([
    [["nonsense"], /cannot be exported/],
    [["readings", "--targets", "x", "--to", "2026-03-11"], /--from is missing/],
    [["readings", "--targets", "x", "--from", "yesterday", "--to", "2026-03-11"], /"yesterday"/],
    [["readings", "--targets", "x", "--from", "2026-03-10T00:00:00", "--to", "2026-03-11"], /with its zone/],
    [["readings", "--colour", "red"], /colour/],
    [["readings", "--url", "ftp://x", ...days], /--url/],
  ])("says how it is used: %j", async (argv, words) => {
    await expect(run(...argv, ...(argv.includes("--url") ? [] : ["--url", server.url]))).rejects.toMatchObject({
      code: "E_USAGE",
      message: expect.stringMatching(words),
    });
  });

  it("asks for a token, and for a hub that answers", async () => {
    const surroundings = { env: {}, stdout: new PassThrough(), stderr: new PassThrough() };
    await expect(exportData(["readings", ...days], surroundings)).rejects.toThrow(/VATIO_TOKEN/);
    await expect(run("readings", "--url", "http://127.0.0.1:1", ...days)).rejects.toThrow(/No hub answers/);
  });

  it("keeps nothing of a file that breaks off", async () => {
    const broken = createServer((_request, response) => {
      response.writeHead(200, { "content-length": "1000", "content-disposition": 'attachment; filename="../x.csv"' });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
    const instants = ["--from", "2026-03-10T00:00:00Z", "--to", "2026-03-11T00:00:00Z"];
    const file = path.join(folder, "x.csv");
    await expect(run("readings", "--url", url, ...instants, "--out", file)).rejects.toThrow(/broke off/);
    expect(readdirSync(folder)).toEqual([]);
    await expect(run("readings", "--url", url, ...instants)).rejects.toThrow(/no name/);
    expect(existsSync("../x.csv")).toBe(false);
    broken.close();
  });
});
