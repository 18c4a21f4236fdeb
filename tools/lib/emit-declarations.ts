import { rmSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { problemOf } from "./diagnostics.js";
import type { Problem } from "./problems.js";

/**
 * Writes the declarations of the given files, and of everything of ours that they import, below `target`, in the
 * folders that they have in the repository.
 */
export function emitDeclarations(root: string, files: readonly string[], target: string): Problem[] {
  rmSync(target, { recursive: true, force: true });
  const program = ts.createProgram(files, {
    ...readOptions(root),
    allowJs: false,
    checkJs: false,
    incremental: false,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: target,
  });
  // Types are checked elsewhere; here only what keeps a declaration from being written.
  const diagnostics = [...program.getOptionsDiagnostics(), ...program.emit().diagnostics];
  return diagnostics.map((diagnostic) => problemOf(root, diagnostic));
}

function readOptions(root: string): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  // The compiler refuses the name of a file that a build from scratch does not write.
  delete options.tsBuildInfoFile;
  return options;
}
