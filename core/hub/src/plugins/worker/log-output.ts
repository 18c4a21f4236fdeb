import type { Readable } from "node:stream";
import type { Log } from "@vatio/plugin-api";

const LONGEST_LINE = 2_000;

/** What a plugin writes to the console of its worker goes to its log. */
export function logOutput(worker: { readonly stdout: Readable; readonly stderr: Readable }, log: Log): void {
  eachLine(worker.stdout, (line) => log.info(line, { from: "stdout" }));
  eachLine(worker.stderr, (line) => log.warn(line, { from: "stderr" }));
}

function eachLine(stream: Readable, write: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) if (line !== "") write(line.slice(0, LONGEST_LINE));
  });
  stream.on("end", () => {
    if (rest !== "") write(rest);
  });
}
