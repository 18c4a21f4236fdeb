import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describeWith, type Requirement } from "./requirement.js";

export { chromiumRequirement, describeWithChromium, describeWithMosquitto, mosquittoRequirement } from "./programs.js";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The folder with the real payloads and datasets; `VATIO_SHARED` overrides it. It need not exist. */
export function sharedFolder(): string {
  return path.resolve(process.env.VATIO_SHARED ?? path.join(repository, "../shared"));
}

/** Path of a captured payload, for example `fixturePath("shelly-gen2", "status.json")`. */
export function fixturePath(...segments: string[]): string {
  return path.join(sharedFolder(), "fixtures", ...segments);
}

/** Path of a file of a real dataset, for example `dataPath("household", "INDEX.md")`. */
export function dataPath(...segments: string[]): string {
  return path.join(sharedFolder(), "data", ...segments);
}

export function readFixture(...segments: string[]): string {
  return readFileSync(fixturePath(...segments), "utf8");
}

/** The parsed JSON of a captured payload. It is `unknown` on purpose: a test parses it as the code under test does. */
export function readJsonFixture(...segments: string[]): unknown {
  return JSON.parse(readFixture(...segments));
}

export const fixturesRequirement: Requirement = folderRequirement("fixtures");
export const dataRequirement: Requirement = folderRequirement("data");

/** A suite on real captured payloads. */
export function describeWithFixtures(name: string, body: (folder: string) => void): void {
  describeWith(fixturesRequirement, name, body);
}

/** A suite on real datasets. */
export function describeWithData(name: string, body: (folder: string) => void): void {
  describeWith(dataRequirement, name, body);
}

function folderRequirement(kind: "fixtures" | "data"): Requirement {
  const folder = path.join(sharedFolder(), kind);
  return {
    found: existsSync(folder) ? folder : undefined,
    remedy: `${folder} is missing: put the captured ${kind} there, or name their parent folder in VATIO_SHARED.`,
  };
}
