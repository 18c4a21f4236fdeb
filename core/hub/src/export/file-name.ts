import type { Range } from "@vatio/plugin-api";
import type { ExportFormat } from "./types.js";

/** What a file is named after. */
export interface FileNameParts {
  readonly what: "readings" | "energy";
  /** Name of the one point or site that it is about, when there is only one. */
  readonly subject?: string;
  readonly range: Range;
  readonly format: ExportFormat;
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Letters, digits and dashes only: it goes into a header and into file systems. */
const slug = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .toLowerCase();

/** `vatio-readings-kitchen-2026-03-01-2026-04-01.csv` */
export function exportFileName({ what, subject = "", range, format }: FileNameParts): string {
  const parts = ["vatio", what, slug(subject), day(range.from), day(range.to)];
  return `${parts.filter((part) => part !== "").join("-")}.${format}`;
}
