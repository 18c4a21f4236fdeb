import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** A folder with the given files (text, or a value to write as JSON) that disappears when it is disposed. */
export function tempWorkspace(files: Readonly<Record<string, unknown>>): { readonly root: string } & Disposable {
  const root = mkdtempSync(path.join(os.tmpdir(), "vatio-tools-"));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
