import { type TSchema, Type } from "@vatio/plugin-api";
import type { Settings } from "../settings/types.js";

/** Settings of imports, by key. */
export const IMPORT_SETTINGS: Readonly<Record<string, TSchema>> = {
  "imports.maxMb": Type.Integer({ minimum: 1, maximum: 1_048_576 }),
};

const MAX_MB = 2_048;

/** Most bytes of a file, unpacked. */
export const mostBytes = (settings: Pick<Settings, "get">): number =>
  (settings.get<number>("imports.maxMb") ?? MAX_MB) * 1_048_576;
