import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A store in a process of its own, which prints what happens line by line. */
export interface StoreProcess {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** Settles with the signal or the exit code. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
}

const folder = path.dirname(fileURLToPath(import.meta.url));

/** Starts a script of this folder. `limitKb`: largest file that it may write, as on a full disk; it may change that itself. */
export function startStoreProcess(
  script: string,
  args: readonly string[],
  limitKb?: number | "unlimited",
): StoreProcess {
  const command = [process.execPath, "--conditions=source", "--import", "tsx", path.join(folder, script), ...args];
  const [program, programArgs] =
    limitKb === undefined
      ? [command[0] as string, command.slice(1)]
      : ["bash", ["-c", `trap '' XFSZ; ulimit -S -f ${limitKb}; exec "$@"`, "bash", ...command]];
  const child = spawn(program, programArgs, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => lines.push(line));
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code)),
  );
  return { child, lines, ended };
}
