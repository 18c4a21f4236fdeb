/** Header of a meter's data stream: record 200 of NEM12 (AEMO, Meter Data File Format Specification). */
export interface StreamHeader {
  readonly nmi: string;
  /** `E1`: what the customer took, `B1`: what it gave; other letters are reactive energy and demand. */
  readonly suffix: string;
  readonly unit: string;
  readonly minutes: number;
}

/** The header of a record 200; undefined when its length of intervals is none. */
export function streamHeader(fields: readonly string[]): StreamHeader | undefined {
  const [, nmi = "", , , suffix = "", , , unit = "", length = ""] = fields.map((field) => field.trim());
  const minutes = Number(length);
  if (!Number.isInteger(minutes) || minutes < 1 || 1_440 % minutes !== 0) return undefined;
  return { nmi, suffix: suffix.toUpperCase(), unit, minutes };
}

/** First letter of a quality method: actual, estimated, final substitute, substitute, null, variable. */
export type QualityFlag = "A" | "E" | "F" | "S" | "N" | "V";

/** The flag of a quality method such as `E52`; undefined when it is none. */
export function qualityFlag(method: string): QualityFlag | undefined {
  const flag = method.trim().charAt(0).toUpperCase();
  return "AEFSNV".includes(flag) && flag !== "" ? (flag as QualityFlag) : undefined;
}

/** UTC midnight of a date `yyyymmdd`, in ms; undefined when it is none. */
export function dayOf(written: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(written.trim());
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number);
  const at = Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0);
  return new Date(at).getUTCDate() === day && month !== undefined && month >= 1 && month <= 12 ? at : undefined;
}
