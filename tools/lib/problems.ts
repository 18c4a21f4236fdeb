import process from "node:process";

/** Something that a check found. */
export interface Problem {
  /** Relative to the repository. */
  readonly file: string;
  readonly line?: number;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** Prints what was found as `file:line message` and sets the exit code. */
export function report(check: string, problems: readonly Problem[]): void {
  for (const problem of problems) console.error(formatProblem(problem));
  console.log(problems.length === 0 ? `${check}: nothing found.` : `${check}: ${problems.length} problem(s).`);
  if (problems.length > 0) process.exitCode = 1;
}

export function formatProblem({ file, line, message }: Problem): string {
  return `${line === undefined ? file : `${file}:${line}`} ${message}`;
}
