import { VatioError } from "@vatio/plugin-api";

/** What is known of the place in a file where reading ended. */
export interface UnreadableOptions {
  /** Line, record or row, counted from 1. */
  readonly line?: number;
  readonly cause?: unknown;
}

/** The error of a file that cannot be read, or not any further. */
export function unreadable(message: string, { line, cause }: UnreadableOptions = {}): VatioError {
  const where = line === undefined ? "" : ` (line ${line})`;
  return new VatioError("E_IMPORT_UNREADABLE", `${message}${where}`, {
    ...(line === undefined ? {} : { details: { line } }),
    ...(cause === undefined ? {} : { cause }),
  });
}
