import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Log } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { removeFolder } from "./file-tools.js";
import { TRIAL, writeVerification } from "./manifest.js";
import { Pool } from "./pool.js";
import type { TrialReport } from "./trial-restore.js";
import type { Verification } from "./types.js";

/** What verifying needs. */
export interface VerifyOptions {
  /** Folder of the backup. */
  readonly backup: string;
  readonly clock: HubClock;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

/** What a process that runs a module of this package gets: its built form, or its source with a loader. */
function programOf(): readonly string[] {
  const require = createRequire(import.meta.url);
  if (!import.meta.url.endsWith(".ts")) return [require.resolve("@vatio/hub/trial")];
  const loader = pathToFileURL(require.resolve("tsx")).href;
  return ["--import", loader, "--conditions=source", fileURLToPath(new URL("./trial-main.ts", import.meta.url))];
}

interface Ended {
  readonly output: string;
  readonly errors: string;
  readonly signal: NodeJS.Signals | null;
}

function runTrial({ backup, signal }: VerifyOptions, folder: string): Promise<Ended> {
  // The child gets no variable that may hold a secret.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("VATIO_") && name !== "NODE_OPTIONS"),
  );
  const child = spawn(process.execPath, [...programOf(), backup, folder], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
    ...(signal ? { signal, killSignal: "SIGKILL" as const } : {}),
  });
  const text = { output: "", errors: "" };
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text.output += piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (text.errors += piece));
  return new Promise((resolve, reject) => {
    // Giving up may tell of itself more than once.
    child.on("error", (error) => reject(signal?.aborted ? signal.reason : error));
    child.once("close", (_code, killedBy) => resolve({ ...text, signal: killedBy }));
  });
}

const NOTHING = { damaged: [], files: 0, bytes: 0, rows: 0, months: 0 } as const;

function reportOf({ output, errors, signal }: Ended): TrialReport {
  try {
    const found = JSON.parse(output.trim().split("\n").at(-1) ?? "") as TrialReport | { error: { message: string } };
    return "error" in found ? { ...NOTHING, problems: [found.error.message] } : found;
  } catch {
    const why = signal ? `the system ended it (${signal})` : errors.trim().split("\n").slice(-3).join(" ");
    return { ...NOTHING, problems: [`The trial restore did not come to an end: ${why}.`] };
  }
}

/**
 * Restores a backup on trial, in a process of its own and a folder beside it, and writes beside it what was found. What is damaged in the
 * pool is moved aside, so that the next backup takes it in again.
 */
export async function verifyBackup(options: VerifyOptions): Promise<Verification> {
  const { backup, clock } = options;
  const target = path.dirname(backup);
  const folder = path.join(target, `${TRIAL}${path.basename(backup)}`);
  const began = clock.monotonic();
  try {
    const { problems, damaged, ...counts } = reportOf(await runTrial(options, folder));
    for (const content of damaged) await new Pool(target).setDamagedAside(content);
    const found: Verification = {
      at: clock.now(),
      ok: problems.length === 0,
      problems: [...problems].slice(0, 100),
      ...counts,
      tookMs: Math.max(0, Math.round(clock.monotonic() - began)),
    };
    await writeVerification(backup, found);
    return found;
  } finally {
    await removeFolder(folder);
  }
}
