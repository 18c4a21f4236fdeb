import { type ImportFormat, text } from "@vatio/plugin-api";
import { CsvOptions, mappingOf } from "./csv-options.js";
import { readTable } from "./read-table.js";
import { suggestMapping } from "./suggest-mapping.js";

/** Separated texts of any origin, with a mapping of their columns. */
export const csvFormat: ImportFormat<CsvOptions> = {
  id: "csv",
  title: text("importers.format.csv"),
  extensions: [".csv", ".tsv", ".txt"],
  options: CsvOptions,
  recognise: ({ head }) => (suggestMapping(head) ? 0.5 : 0),
  suggest: ({ head }) => suggestMapping(head) ?? {},
  read: (file, options, signal) => readTable(file, mappingOf(options), signal),
};
