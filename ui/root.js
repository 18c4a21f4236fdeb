import { fileURLToPath } from "node:url";

/** Folder of the built interface: what the hub serves. */
export const uiRoot = fileURLToPath(new URL("./dist/", import.meta.url));
