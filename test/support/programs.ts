import { accessSync, constants } from "node:fs";
import path from "node:path";
import process from "node:process";
import { describeWith, type Requirement } from "./requirement.js";

// Debian keeps daemons in a folder that is not on the PATH of ordinary users.
const daemonFolders = ["/usr/sbin", "/usr/local/sbin"];

/** The first of the names that is an executable file on the PATH or among the daemons. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter).filter(Boolean), ...daemonFolders];
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

export const mosquittoRequirement: Requirement = {
  found: findProgram("mosquitto"),
  remedy: "Mosquitto is missing: install the package mosquitto.",
};

export const chromiumRequirement: Requirement = {
  found: findProgram("chromium", "chromium-browser", "google-chrome"),
  remedy: "Chromium is missing: install the package chromium.",
};

/** A suite against the real Mosquitto; the body gets the path of the program. */
export function describeWithMosquitto(name: string, body: (program: string) => void): void {
  describeWith(mosquittoRequirement, name, body);
}

/** A suite in the system's Chromium; the body gets the path of the program. */
export function describeWithChromium(name: string, body: (program: string) => void): void {
  describeWith(chromiumRequirement, name, body);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
