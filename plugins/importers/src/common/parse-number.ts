/** How decimals are written. */
export type DecimalMark = "point" | "comma";

const POINT = /^[+-]?(?:\d+|\d{1,3}(?:[,' \u00a0\u202f]\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$/;
const COMMA = /^[+-]?(?:\d+|\d{1,3}(?:[.' \u00a0\u202f]\d{3})+)?(?:,\d*)?(?:[eE][+-]?\d{1,3})?$/;

/** Digits of a number that is worth reading. */
const MAX_CHARS = 40;

/** What stands for "nothing was measured". */
const MISSING = new Set(["", "-", "--", "?", "na", "n/a", "nan", "null", "none", "nil", "unavailable", "unknown"]);

/** A number as a person or a program wrote it; NaN where nothing was measured, undefined when it is not a number. */
export function parseNumber(written: string, mark: DecimalMark): number | undefined {
  const trimmed = written.length > MAX_CHARS * 4 ? written : written.trim();
  if (MISSING.has(trimmed.toLowerCase())) return Number.NaN;
  if (trimmed.length > MAX_CHARS || !/\d/.test(trimmed)) return undefined;
  if (!(mark === "point" ? POINT : COMMA).test(trimmed)) return undefined;
  const plain =
    mark === "point"
      ? trimmed.replace(/[,' \u00a0\u202f]/g, "")
      : trimmed.replace(/[.' \u00a0\u202f]/g, "").replace(",", ".");
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}
