import path from "node:path";
import ts from "typescript";
import type { Problem } from "./problems.js";

/** What the compiler found, in the shape of our own checks. */
export function problemOf(root: string, diagnostic: ts.Diagnostic): Problem {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  if (diagnostic.file === undefined) return { file: ".", message };
  const file = path.relative(root, diagnostic.file.fileName);
  const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  return { file, line: line + 1, message };
}
