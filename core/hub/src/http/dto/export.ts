import type { Static } from "@vatio/plugin-api";
import { literals } from "./parts.js";

/** How an export is written. */
export const ExportFormatDto = literals(["csv", "parquet"]);
export type ExportFormatDto = Static<typeof ExportFormatDto>;

/** Lengths of the rows of an export of energy. */
export const EnergyExportBucketDto = literals(["slot", "hour", "day", "month"]);
export type EnergyExportBucketDto = Static<typeof EnergyExportBucketDto>;
