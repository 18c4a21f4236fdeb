import { VatioError } from "@vatio/plugin-api";

/** A statement that is understood and not allowed. `why` completes "This statement is not allowed: ...". */
export const refused = (why: string): VatioError =>
  new VatioError(
    "E_SQL_REFUSED",
    `This statement is not allowed: ${why}. GET /api/v1/sql/schema lists the tables, and the documentation what may be asked.`,
    { details: { why } },
  );

/** A statement that is no SQL, or names what does not exist. */
export const invalid = (why: string, cause?: unknown): VatioError =>
  new VatioError("E_SQL_INVALID", `The statement cannot be run: ${why}`, { cause, details: { why } });

/** A name as it may stand in a message. */
export const shown = (name: string): string => `"${name.replace(/[^\x20-\x7e\u00a1-\uffff]/g, "?").slice(0, 80)}"`;
